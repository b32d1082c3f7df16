// Draws who led when, and where processes of nodes ended.
import { CHARACTER, laneName } from './lane-name.js';
import { EXIT_LANE, LEADER_LANE } from './layout.js';
import { type Scene, xOf } from './scene.js';

/** Changes closer than this, in pixels and on average, are marked in their own lane only: lines through all lanes would hide these. */
const SPARSE = 22;
const CROSS = 3.5;

/** Dashed lines, named where there is room. */
export function leaders(context: CanvasRenderingContext2D, scene: Scene): void {
  const { run, layout, palette, from, to } = scene;
  if (run.leaders.length === 0) return;
  const y = layout.leadersTop + LEADER_LANE / 2 - 1;
  context.fillStyle = palette.ink;
  laneName(context, scene, 'leader', y);
  let count = 0;
  for (const { time } of run.leaders) if (time >= from && time <= to) count++;
  const bottom = count * SPARSE > layout.right - layout.left ? layout.leadersTop + LEADER_LANE - 3 : layout.bottom;
  context.strokeStyle = palette.leader;
  context.lineWidth = 1.5;
  context.setLineDash(bottom === layout.bottom ? [5, 3] : []);
  context.beginPath();
  let drawn = Number.NEGATIVE_INFINITY;
  for (const { time } of run.leaders) {
    if (time < from || time > to) continue;
    const x = Math.round(xOf(scene, time));
    if (x <= drawn + 1) continue;
    context.moveTo(x + 0.5, layout.leadersTop);
    context.lineTo(x + 0.5, bottom);
    drawn = x;
  }
  context.stroke();
  context.setLineDash([]);
  names(context, scene, y);
}

function names(context: CanvasRenderingContext2D, scene: Scene, y: number): void {
  const { run, layout, palette, from, to } = scene;
  context.fillStyle = palette.leader;
  let before: string | null = null;
  let free = layout.left;
  for (let i = 0; i < run.leaders.length; i++) {
    const change = run.leaders[i]!;
    if (change.time > to) break;
    const text = change.term === null ? change.node : `${change.node} (term ${change.term})`;
    if (change.time < from) {
      before = text;
      continue;
    }
    const x = xOf(scene, change.time);
    if (before !== null && x - layout.left > before.length * CHARACTER + 12) {
      context.fillText(before, layout.left + 4, y);
      free = layout.left + before.length * CHARACTER + 8;
    }
    before = null;
    const next = run.leaders[i + 1];
    const room = (next === undefined ? layout.right : Math.min(layout.right, xOf(scene, next.time))) - x - 8;
    const fitting = text.length * CHARACTER <= room ? text : change.node.length * CHARACTER <= room ? change.node : '';
    if (fitting === '' || x < free) continue;
    context.fillText(fitting, x + 4, y);
    free = x + 4 + fitting.length * CHARACTER;
  }
  if (before !== null) context.fillText(before, layout.left + 4, y);
}

/** Crosses; those that no fault made stand out. */
export function exits(context: CanvasRenderingContext2D, scene: Scene): void {
  const { run, layout, palette, from, to } = scene;
  if (run.exits.length === 0) return;
  const y = layout.exitsTop + EXIT_LANE / 2 - 1;
  context.fillStyle = palette.ink;
  laneName(context, scene, 'node ended', y);
  context.lineWidth = 2;
  let free = Number.NEGATIVE_INFINITY;
  for (const { time, fault } of run.exits) {
    if (time < from || time > to) continue;
    const x = xOf(scene, time);
    if (fault && x < free) continue;
    free = x + 2 * CROSS;
    context.strokeStyle = fault ? palette.faint : palette.bad;
    context.beginPath();
    context.moveTo(x - CROSS, y - CROSS);
    context.lineTo(x + CROSS, y + CROSS);
    context.moveTo(x + CROSS, y - CROSS);
    context.lineTo(x - CROSS, y + CROSS);
    context.stroke();
  }
}
