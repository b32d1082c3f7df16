// Draws what stands around the operations: the axis, faults with what was asked for and when it held, leaders, names of lanes.

import type { PageFault } from '../../page/run.js';
import { instant } from '../../time-text.js';
import { drawOperations } from './bars.js';
import { exits, leaders } from './changes.js';
import { CHARACTER, FONT, laneName } from './lane-name.js';
import { firstFrom } from './lanes.js';
import { FAULT_LANE } from './layout.js';
import { type Scene, xOf } from './scene.js';
import { digitsOf, roundStep } from './span.js';

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
  leaders(context, scene);
  exits(context, scene);
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
