// Draws what stands around the operations: the axis, faults with what was asked for and when it held, leaders, names of lanes.

import type { PageFault } from '../../page/run.js';
import { instant } from '../../time-text.js';
import { drawOperations } from './bars.js';
import { firstFrom } from './lanes.js';
import { FAULT_LANE, LEADER_LANE } from './layout.js';
import { type Scene, xOf } from './scene.js';
import { digitsOf, roundStep } from './span.js';

const FONT = '11.5px system-ui, sans-serif';
const CHARACTER = 6.4;

/** Draws all of it; takes a few milliseconds whatever the number of operations. */
export function draw(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, palette } = scene;
  context.fillStyle = palette.page;
  context.fillRect(0, 0, layout.width, layout.height);
  context.font = FONT;
  context.textBaseline = 'middle';
  bands(context, scene);
  axis(context, scene);
  drawOperations(context, scene);
  context.font = FONT;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  faults(context, scene);
  changes(context, scene);
  laneNames(context, scene);
  cursorLine(context, scene);
  scrollBar(context, scene);
}

function axis(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, palette, from, to } = scene;
  const step = Math.max(1, roundStep((to - from) / Math.max(3, (layout.right - layout.left) / 120)));
  const digits = digitsOf(step);
  context.fillStyle = palette.grid;
  const first = Math.ceil(from / step);
  for (let i = first; i * step <= to; i++)
    context.fillRect(xOf(scene, i * step), layout.faultsTop - 4, 1, layout.bottom);
  context.fillStyle = palette.faint;
  context.textAlign = 'center';
  for (let i = first; i * step <= to; i++) {
    const x = xOf(scene, i * step);
    const text = instant(i * step, digits);
    const half = (text.length * CHARACTER) / 2;
    if (x - half > layout.left - 20 && x + half < layout.width) context.fillText(text, x, 9);
  }
  context.textAlign = 'left';
}

/** A shade behind everything while a fault was in force. */
function bands(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, palette, run, from, to } = scene;
  context.fillStyle = palette.band;
  let until = 0;
  for (const fault of run.faults) {
    if (fault.to < from || fault.from > to) continue;
    const x0 = Math.max(layout.left, xOf(scene, fault.from), until);
    const x1 = Math.min(layout.right, Math.max(xOf(scene, fault.to), x0 + 1));
    if (x1 <= x0) continue;
    context.fillRect(x0, layout.top - 2, x1 - x0, layout.bottom - layout.top);
    until = x1;
  }
}

function faults(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, palette, faultLanes } = scene;
  faultLanes.forEach(({ name, faults: list }, lane) => {
    const y = layout.faultsTop + lane * FAULT_LANE;
    context.fillStyle = palette.ink;
    laneName(context, scene, name, y + FAULT_LANE / 2 - 1);
    context.save();
    context.beginPath();
    context.rect(layout.left, y, layout.right - layout.left, FAULT_LANE);
    context.clip();
    for (const fault of list) drawFault(context, scene, fault, y);
    context.restore();
  });
}

/** A bar while it was in force; thin lines before its beginning and its end: it had been asked for and did not hold yet. */
function drawFault(context: CanvasRenderingContext2D, scene: Scene, fault: PageFault, y: number): void {
  const { palette, layout, from, to } = scene;
  if (fault.to < from || fault.requested > to) return;
  const x0 = Math.max(layout.left - 4, xOf(scene, fault.from));
  const x1 = Math.min(layout.right + 4, xOf(scene, fault.to));
  const height = FAULT_LANE - 4;
  context.fillStyle = palette.fault;
  context.fillRect(x0, y, Math.max(1.5, x1 - x0), height);
  const asked = xOf(scene, fault.requested);
  if (x0 - asked > 1.5) pending(context, asked, x0, y, height);
  if (fault.healRequested !== null) {
    const healAsked = xOf(scene, fault.healRequested);
    if (x1 - healAsked > 1.5) {
      context.fillStyle = palette['fault-ink'];
      pending(context, healAsked, x1, y, height);
    }
  } else if (!fault.healed) {
    context.fillStyle = palette.bad;
    context.fillRect(x1 - 2, y, 2, height);
  }
  const room = Math.floor((x1 - Math.max(x0, layout.left) - 8) / CHARACTER);
  if (fault.what === '' || room < Math.min(5, fault.what.length)) return;
  context.fillStyle = palette['fault-ink'];
  const text = fault.what.length > room ? `${fault.what.slice(0, room - 1)}…` : fault.what;
  context.fillText(text, Math.max(x0, layout.left) + 4, y + height / 2 + 0.5);
}

function pending(context: CanvasRenderingContext2D, from: number, to: number, y: number, height: number): void {
  context.fillRect(from, y, 1.5, height);
  context.fillRect(from, y + height / 2 - 0.75, to - from, 1.5);
}

/** Leaders as dashed lines through all lanes, named where there is room; crosses where a node's process ended. */
function changes(context: CanvasRenderingContext2D, scene: Scene): void {
  const { run, layout, palette, from, to } = scene;
  if (run.leaders.length === 0 && run.exits.length === 0) return;
  const y = layout.leadersTop + LEADER_LANE / 2 - 1;
  context.fillStyle = palette.ink;
  laneName(context, scene, run.leaders.length > 0 ? 'leader' : 'nodes', y);
  context.strokeStyle = palette.leader;
  context.lineWidth = 1.5;
  context.setLineDash([5, 3]);
  context.beginPath();
  let drawn = -2;
  for (const { time } of run.leaders) {
    const x = Math.round(xOf(scene, time));
    if (time < from || time > to || x <= drawn + 1) continue;
    context.moveTo(x + 0.5, layout.leadersTop);
    context.lineTo(x + 0.5, layout.bottom);
    drawn = x;
  }
  context.stroke();
  context.setLineDash([]);
  leaderNames(context, scene, y);
  exits(context, scene, y);
}

function leaderNames(context: CanvasRenderingContext2D, scene: Scene, y: number): void {
  const { run, layout, palette, from, to } = scene;
  context.fillStyle = palette.leader;
  let last: string | null = null;
  let free = layout.left;
  run.leaders.forEach((change, i) => {
    if (change.time > to) return;
    const text = change.term === null ? change.node : `${change.node} (term ${change.term})`;
    if (change.time < from) {
      last = text;
      return;
    }
    const x = xOf(scene, change.time);
    if (last !== null && x - layout.left > last.length * CHARACTER + 12) {
      context.fillText(last, layout.left + 4, y);
      free = layout.left + last.length * CHARACTER + 8;
    }
    last = null;
    const next = run.leaders[i + 1];
    const room = (next === undefined ? layout.right : Math.min(layout.right, xOf(scene, next.time))) - x - 8;
    const fitting = text.length * CHARACTER <= room ? text : change.node.length * CHARACTER <= room ? change.node : '';
    if (fitting === '' || x < free) return;
    context.fillText(fitting, x + 4, y);
    free = x + 4 + fitting.length * CHARACTER;
  });
  if (last !== null) context.fillText(last, layout.left + 4, y);
}

function exits(context: CanvasRenderingContext2D, scene: Scene, y: number): void {
  const { run, palette, from, to } = scene;
  context.lineWidth = 2;
  for (const { time, fault } of run.exits) {
    if (time < from || time > to) continue;
    const x = xOf(scene, time);
    context.strokeStyle = fault ? palette.faint : palette.bad;
    context.beginPath();
    context.moveTo(x - 4, y - 4);
    context.lineTo(x + 4, y + 4);
    context.moveTo(x + 4, y - 4);
    context.lineTo(x - 4, y + 4);
    context.stroke();
  }
}

function laneName(context: CanvasRenderingContext2D, { layout }: Scene, text: string, y: number): void {
  const most = Math.floor((layout.left - 10) / CHARACTER);
  context.textAlign = 'right';
  context.fillText(text.length > most ? `${text.slice(0, most - 1)}…` : text, layout.left - 8, y);
  context.textAlign = 'left';
}

function laneNames(context: CanvasRenderingContext2D, scene: Scene): void {
  const { lanes, layout, palette } = scene;
  context.save();
  context.beginPath();
  context.rect(0, layout.top - 4, layout.width, layout.bottom - layout.top + 4);
  context.clip();
  let free = Number.NEGATIVE_INFINITY;
  for (const lane of lanes.lanes) {
    const top = layout.top + layout.trackY[lane.first]! - scene.scroll;
    const height = lane.tracks * layout.trackHeight;
    const y =
      lanes.mode === 'node' ? Math.max(top, layout.top) + Math.min(height / 2, 10) : top + layout.trackHeight / 2 - 1;
    if (top + height < layout.top || top > layout.bottom || y < free) continue;
    free = y + 11;
    context.fillStyle = palette.faint;
    laneName(context, scene, nameOf(scene, lane.first, lane.node), y);
  }
  context.restore();
}

/** A client's lane is called after the processes in sight: a retired process is followed by another one. */
function nameOf({ lanes, operations, from, to }: Scene, track: number, node: string): string {
  if (lanes.mode === 'node') return node === '' ? 'no node' : node;
  const first = firstFrom(lanes, track, from);
  const known = first < lanes.starts[track + 1]! ? first : lanes.starts[track + 1]! - 1;
  const next = firstFrom(lanes, track, to);
  const last = next < lanes.starts[track + 1]! && lanes.begin[next]! <= to ? next : Math.max(known, next - 1);
  const process = operations.process[lanes.operation[known]!]!;
  const until = operations.process[lanes.operation[last]!]!;
  const text = process === until ? String(process) : `${process}…${until}`;
  return node === '' ? text : `${text} · ${node.length > 6 ? `${node.slice(0, 5)}…` : node}`;
}

function cursorLine(context: CanvasRenderingContext2D, scene: Scene): void {
  const { cursor, from, to, layout, palette } = scene;
  if (cursor === null || cursor < from || cursor > to) return;
  context.fillStyle = palette.faint;
  context.fillRect(xOf(scene, cursor), layout.faultsTop - 4, 1, layout.bottom);
}

function scrollBar(context: CanvasRenderingContext2D, { layout, scroll, palette }: Scene): void {
  const height = layout.bottom - layout.top;
  if (layout.full <= height) return;
  context.fillStyle = palette.line;
  const length = Math.max(20, (height * height) / layout.full);
  context.fillRect(layout.width - 6, layout.top + (scroll / (layout.full - height)) * (height - length), 5, length);
}
