// Draws the operations: bars where there is room, densities where thousands share a pixel. What failed, is in doubt or is proof stays visible.
import { FAIL, INFO, NONE, OK } from '../../page/operations.js';
import { firstFrom, trackOfEntry } from './lanes.js';
import { Rects } from './rects.js';
import type { Scene } from './scene.js';

/** Narrower operations are merged, column by column. */
const LEAST_BAR = 3;
/** How dark a column is that operations fill to at most this share. */
const LEVELS = [
  [0.2, 0.35],
  [0.5, 0.55],
  [0.8, 0.75],
  [Number.POSITIVE_INFINITY, 1],
] as const;
const CHARACTER = 6.3;
const LEAST_LABEL = 22;
const MOST_LABELS = 360;
/** Of marks in merged columns, so that a single failure among thousands is seen. */
const MARK = 2;

const density = LEVELS.map(() => new Rects());
const bars = [new Rects(), new Rects(), new Rects()] as const;
const marks = [new Rects(), new Rects()] as const;
const rules = new Rects();

/** Busy share, failures and doubts of each pixel column of the track that is being read. */
let busy = new Float32Array(0);
let failed = new Uint8Array(0);
let doubtful = new Uint8Array(0);
let labelled = new Uint32Array(MOST_LABELS);
let labels = 0;

export function drawOperations(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout } = scene;
  context.save();
  context.beginPath();
  context.rect(layout.left, layout.top, layout.right - layout.left, layout.bottom - layout.top);
  context.clip();
  gather(scene);
  fillAll(context, scene);
  drawLabels(context, scene);
  drawProof(context, scene);
  outline(context, scene, scene.hovered, scene.palette.ink, 1.5);
  outline(context, scene, scene.selected, scene.palette.link, 2.5);
  context.restore();
}

function gather(scene: Scene): void {
  const { layout } = scene;
  const columns = Math.max(1, Math.ceil(layout.right - layout.left) + 1);
  if (busy.length < columns) {
    busy = new Float32Array(columns);
    failed = new Uint8Array(columns);
    doubtful = new Uint8Array(columns);
    labelled = new Uint32Array(MOST_LABELS);
  }
  labels = 0;
  for (const list of [...density, ...bars, ...marks, rules]) list.clear();
  const tracks = layout.trackY.length;
  for (let track = 0; track < tracks; track++) {
    const y = layout.top + layout.trackY[track]! - scene.scroll;
    if (y + layout.trackHeight < layout.top || y > layout.bottom) continue;
    const gap = layout.trackHeight >= 12 ? 4 : layout.trackHeight >= 9 ? 2 : 1;
    rules.add(layout.left, y + layout.trackHeight - 1, layout.right - layout.left, 0.5);
    readTrack(scene, track, y + 1, layout.trackHeight - gap, columns);
  }
}

function readTrack(scene: Scene, track: number, y: number, height: number, columns: number): void {
  const { lanes, layout, from, to } = scene;
  const { begin, end, outcome, starts } = lanes;
  const perNs = (layout.right - layout.left) / (to - from);
  const last = starts[track + 1]!;
  const inside = height >= 11;
  let low = columns;
  let high = -1;
  for (let entry = firstFrom(lanes, track, from); entry < last; entry++) {
    if (begin[entry]! > to) break;
    let x0 = (begin[entry]! - from) * perNs;
    let x1 = (end[entry]! - from) * perNs;
    const kind = outcome[entry]!;
    if (x1 - x0 >= LEAST_BAR) {
      if (x0 < -4) x0 = -4;
      if (x1 > columns + 4) x1 = columns + 4;
      // A gap of a hair between one operation and the next.
      bars[kind as 0 | 1 | 2].add(layout.left + x0, y, x1 - x0 - (x1 - x0 > 6 ? 1 : 0.5), height);
      if (inside && x1 - x0 >= LEAST_LABEL && labels < MOST_LABELS) labelled[labels++] = entry;
      continue;
    }
    const column = x0 < 0 ? 0 : x0 | 0;
    if (column < low) low = column;
    const until = x1 | 0;
    if (until > high) high = until;
    if (kind === FAIL) failed[column] = 1;
    else if (kind === INFO) doubtful[column] = 1;
    if (until === column) busy[column]! += x1 - x0 + 0.04;
    else {
      busy[column]! += column + 1 - x0 + 0.04;
      for (let c = column + 1; c < until; c++) busy[c] = 1;
      if (until < columns) busy[until]! += x1 - until;
    }
  }
  if (high >= columns) high = columns - 1;
  if (high >= low) merge(layout.left, y, height, low, high);
}

/** Neighbouring columns of the same look become one rectangle. */
function merge(left: number, y: number, height: number, low: number, high: number): void {
  let start = low;
  let level = levelOf(busy[low]!);
  for (let column = low; column <= high + 1; column++) {
    const next = column > high ? -1 : levelOf(busy[column]!);
    if (next !== level) {
      if (level >= 0) density[level]!.add(left + start, y, column - start, height);
      start = column;
      level = next;
    }
    if (column > high) break;
    if (failed[column] === 1) marks[0].add(left + column, y, MARK, Math.ceil(height / 2));
    if (doubtful[column] === 1) marks[1].add(left + column, y + Math.floor(height / 2), MARK, Math.ceil(height / 2));
  }
  busy.fill(0, low, high + 1);
  failed.fill(0, low, high + 1);
  doubtful.fill(0, low, high + 1);
}

function levelOf(share: number): number {
  if (share === 0) return -1;
  return share <= LEVELS[0][0] ? 0 : share <= LEVELS[1][0] ? 1 : share <= LEVELS[2][0] ? 2 : 3;
}

function fillAll(context: CanvasRenderingContext2D, { palette }: Scene): void {
  rules.fill(context, palette.grid);
  LEVELS.forEach(([, alpha], level) => {
    context.globalAlpha = alpha;
    density[level]!.fill(context, palette.ok);
  });
  context.globalAlpha = 1;
  bars[OK].fill(context, palette.ok);
  bars[FAIL].fill(context, palette.stripes);
  bars[FAIL].edges(context, palette.fail, false);
  bars[INFO].fill(context, palette.dots);
  bars[INFO].edges(context, palette.info, true);
  marks[0].fill(context, palette.fail);
  marks[1].fill(context, palette.info);
}

function drawLabels(context: CanvasRenderingContext2D, scene: Scene): void {
  const { lanes, palette, layout } = scene;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const perNs = (layout.right - layout.left) / (scene.to - scene.from);
  for (let i = 0; i < labels; i++) {
    const entry = labelled[i]!;
    const position = lanes.operation[entry]!;
    const x0 = layout.left + Math.max(0, (lanes.begin[entry]! - scene.from) * perNs);
    const x1 = Math.min(layout.right, layout.left + (lanes.end[entry]! - scene.from) * perNs);
    const room = (x1 - x0 - 7) / CHARACTER;
    let text = scene.label(position, false);
    if (text.length > room) text = scene.label(position, true);
    if (text.length > room || text.length === 0) continue;
    const y = layout.top + layout.trackY[trackOfEntry(lanes, entry)]! - scene.scroll + layout.trackHeight / 2 - 0.5;
    const plain = lanes.outcome[entry] === OK;
    if (!plain) {
      context.fillStyle = palette.page;
      context.fillRect(x0 + 3, y - 6, text.length * CHARACTER + 2, 12);
    }
    context.fillStyle = plain ? palette['ok-ink'] : palette.ink;
    context.fillText(text, x0 + 4, y);
  }
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Reused for every question. */
const box: Box = { x: 0, y: 0, width: 0, height: 0 };

/** Where an operation's bar is; null: hidden or out of sight. The box is the same object each time. */
export function boxOf({ lanes, layout, from, to, scroll }: Scene, position: number): Box | null {
  const entry = position < 0 ? NONE : (lanes.entry[position] ?? NONE);
  if (entry === NONE) return null;
  const perNs = (layout.right - layout.left) / (to - from);
  const x0 = (lanes.begin[entry]! - from) * perNs;
  const x1 = (lanes.end[entry]! - from) * perNs;
  if (x1 < -8 || x0 > layout.right - layout.left + 8) return null;
  const start = Math.max(-4, x0);
  box.x = layout.left + start;
  box.width = Math.max(4, Math.min(x1, layout.right - layout.left + 4) - start);
  box.y = layout.top + layout.trackY[trackOfEntry(lanes, entry)]! - scroll;
  box.height = layout.trackHeight - 2;
  return box;
}

function outline(
  context: CanvasRenderingContext2D,
  scene: Scene,
  position: number,
  colour: string,
  width: number,
): void {
  const found = boxOf(scene, position);
  if (found === null) return;
  context.strokeStyle = scene.palette.page;
  context.lineWidth = width + 2;
  context.strokeRect(found.x - 0.5, found.y, found.width, found.height);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(found.x - 0.5, found.y, found.width, found.height);
}

/** Framed on top of everything else; those of the anomaly that is looked at carry the numbers of its evidence. */
function drawProof(context: CanvasRenderingContext2D, scene: Scene): void {
  scene.proof.forEach((positions, anomaly) => {
    if (anomaly === scene.anomaly) return;
    for (const position of positions) outline(context, scene, position, scene.palette.proof, 1);
  });
  const numbered = scene.proof[scene.anomaly] ?? [];
  for (const position of numbered) {
    const found = boxOf(scene, position);
    if (found === null) continue;
    if (found.width <= 6) {
      context.fillStyle = scene.palette.proof;
      context.fillRect(found.x, found.y, found.width, found.height);
    }
    outline(context, scene, position, scene.palette.proof, 2.5);
  }
  context.font = 'bold 11px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; i < numbered.length; i++) badge(context, scene, numbered[i]!, i + 1);
}

function badge(context: CanvasRenderingContext2D, scene: Scene, position: number, number: number): void {
  const found = boxOf(scene, position);
  if (found === null) return;
  const x = Math.max(scene.layout.left + 9, found.x - 11);
  const y = found.y + found.height / 2;
  context.fillStyle = scene.palette.page;
  context.beginPath();
  context.arc(x, y, 9.5, 0, 7);
  context.fill();
  context.fillStyle = scene.palette.ink;
  context.beginPath();
  context.arc(x, y, 8.2, 0, 7);
  context.fill();
  context.fillStyle = scene.palette.page;
  context.fillText(String(number), x, y + 0.5);
}
