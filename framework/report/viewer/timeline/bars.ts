// Draws the operations: bars where there is room, densities where thousands share a pixel. What failed, is in doubt or is proof stays visible.
import { FAIL, INFO, NONE, OK } from '../../page/operations.js';
import { DensityPicture } from './density.js';
import { firstFrom, trackOfEntry } from './lanes.js';
import { Rects } from './rects.js';
import type { Scene } from './scene.js';

/** Narrower operations are merged, column by column. */
const LEAST_BAR = 3;
const CHARACTER = 6.3;
const LEAST_LABEL = 22;
/** Bars lower than this have no labels. */
const LEAST_TEXT = 10;
const MOST_LABELS = 360;

const density = new DensityPicture();
const bars = [new Rects(), new Rects(), new Rects()] as const;
const rules = new Rects();
const labelled = new Uint32Array(MOST_LABELS);
let labels = 0;

export function drawOperations(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout } = scene;
  context.save();
  context.beginPath();
  context.rect(layout.left, layout.top, layout.right - layout.left, layout.bottom - layout.top);
  context.clip();
  gather(context, scene);
  fillAll(context, scene);
  drawLabels(context, scene);
  drawProof(context, scene);
  outline(context, scene, scene.hovered, scene.palette.ink, 1.5);
  outline(context, scene, scene.selected, scene.palette.link, 2.5);
  context.restore();
}

function gather(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout } = scene;
  const columns = Math.max(1, Math.ceil(layout.right - layout.left));
  const tracks = layout.trackY.length;
  const gap = layout.trackHeight >= 17 ? 4 : layout.trackHeight >= 9 ? 2 : 1;
  labels = 0;
  for (const list of [...bars, rules]) list.clear();
  density.begin(columns, tracks, scene.palette);
  for (let track = 0; track < tracks; track++) {
    const y = yOf(scene, track);
    if (y + layout.trackHeight < layout.top || y > layout.bottom) continue;
    rules.add(layout.left, y + layout.trackHeight - 1, layout.right - layout.left, 0.5);
    readTrack(scene, track, y + 1, layout.trackHeight - gap, columns);
  }
  rules.fill(context, scene.palette.grid);
  density.end();
  for (let track = 0; track < tracks; track++) {
    const y = yOf(scene, track);
    if (y + layout.trackHeight < layout.top || y > layout.bottom) continue;
    density.draw(context, track, layout.left, y + 1, layout.trackHeight - gap);
  }
}

function yOf({ layout, scroll }: Scene, track: number): number {
  return layout.top + layout.trackY[track]! - scroll;
}

function readTrack(scene: Scene, track: number, y: number, height: number, columns: number): void {
  const { lanes, layout, from, to } = scene;
  const { begin, end, outcome, starts } = lanes;
  const perNs = (layout.right - layout.left) / (to - from);
  const last = starts[track + 1]!;
  const inside = height >= LEAST_TEXT;
  const { busy, failed, doubtful } = density;
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
    if (kind !== OK) {
      (kind === FAIL ? failed : doubtful).fill(1, column, until + 1);
      continue;
    }
    if (until === column) busy[column]! += x1 - x0 + 0.04;
    else {
      busy[column]! += column + 1 - x0 + 0.04;
      for (let c = column + 1; c < until; c++) busy[c] = 1;
      if (until < columns) busy[until]! += x1 - until;
    }
  }
  if (high >= columns) high = columns - 1;
  if (high >= low) density.paint(track, low, high);
}

function fillAll(context: CanvasRenderingContext2D, { palette }: Scene): void {
  bars[OK].fill(context, palette.ok);
  bars[FAIL].fill(context, palette.stripes);
  bars[FAIL].edges(context, palette.fail, false);
  bars[INFO].fill(context, palette.dots);
  bars[INFO].edges(context, palette.info, true);
}

function drawLabels(context: CanvasRenderingContext2D, scene: Scene): void {
  const { lanes, palette, layout } = scene;
  context.font = `${layout.trackHeight >= 15 ? 11 : 10}px system-ui, sans-serif`;
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
    const y = yOf(scene, trackOfEntry(lanes, entry)) + layout.trackHeight / 2 - 0.5;
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
