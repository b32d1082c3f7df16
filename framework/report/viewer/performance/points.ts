// Latencies as points: colour says the function, shape the outcome. Looked at closely, every operation that the page holds is there.
import type uPlot from 'uplot';
import { type Operations, OUTCOME_NAMES } from '../../page/operations.js';
import type { Performance, Scatter } from '../../page/performance.js';
import { hueOf } from '../charts/hues.js';
import { colour } from '../dom.js';

const S = 1_000_000_000;

/** By outcome. */
export const MARKS = ['●', '×', '+'] as const;

interface Points {
  readonly count: number;
  readonly time: ArrayLike<number>;
  readonly latency: ArrayLike<number>;
  /** Three times the function, plus the outcome. */
  readonly group: Uint8Array;
}

export class Cloud {
  /** By function and by outcome: false hides. */
  readonly functions: boolean[];
  readonly outcomes = OUTCOME_NAMES.map(() => true);
  readonly #thin: Points;
  readonly #all: Points | null;

  /** `operations`: what the page holds of them; null: nothing. */
  constructor({ scatter, functions }: Performance, operations: Operations | null) {
    this.functions = functions.map(() => true);
    this.#thin = fromScatter(scatter);
    this.#all = operations === null || operations.left > 0 ? null : fromOperations(operations, functions);
  }

  /** `closely`: less than half of the run is shown. */
  draw(plot: uPlot, closely: boolean): void {
    const points = closely && this.#all !== null ? this.#all : this.#thin;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    // What failed lies above what did not.
    for (const outcome of [0, 2, 1]) {
      if (this.outcomes[outcome] !== true) continue;
      this.functions.forEach((shown, f) => {
        if (shown) drawGroup(plot, points, f * 3 + outcome, outcome, colour(hueOf(f)));
      });
    }
    ctx.restore();
  }
}

function fromScatter({ count, time, latency, f, outcome }: Scatter): Points {
  return { count, time, latency, group: f.map((id, i) => id * 3 + outcome[i]!) };
}

function fromOperations(operations: Operations, functions: readonly string[]): Points {
  const { count, completed, invoked, outcome } = operations;
  const known = operations.functions.map((name) => functions.indexOf(name));
  const group = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const f = known[operations.f[i]!]!;
    group[i] = (f < 0 ? functions.length - 1 : f) * 3 + outcome[i]!;
  }
  return { count, time: completed, latency: completed.map((time, i) => time - invoked[i]!), group };
}

/** Half the size of a mark, in pixels of the style. */
const HALF = [1.4, 2.6, 3] as const;

function drawGroup(
  plot: uPlot,
  { count, time, latency, group }: Points,
  wanted: number,
  outcome: number,
  style: string,
): void {
  const { ctx } = plot;
  const { min = 0, max = 1 } = plot.scales['x']!;
  const from = (min ?? 0) * S;
  const to = (max ?? 1) * S;
  const half = HALF[outcome]! * devicePixelRatio;
  ctx.fillStyle = style;
  ctx.strokeStyle = style;
  ctx.lineWidth = 1.4 * devicePixelRatio;
  ctx.globalAlpha = outcome === 0 ? 0.7 : 1;
  ctx.beginPath();
  for (let i = 0; i < count; i++) {
    if (group[i] !== wanted || !(time[i]! >= from && time[i]! <= to)) continue;
    const x = plot.valToPos(time[i]! / S, 'x', true);
    const y = plot.valToPos(Math.max(1, latency[i]!), 'y', true);
    if (outcome === 0) ctx.fillRect(x - half, y - half, 2 * half, 2 * half);
    else if (outcome === 1) {
      ctx.moveTo(x - half, y - half);
      ctx.lineTo(x + half, y + half);
      ctx.moveTo(x - half, y + half);
      ctx.lineTo(x + half, y - half);
    } else {
      ctx.moveTo(x - half, y);
      ctx.lineTo(x + half, y);
      ctx.moveTo(x, y - half);
      ctx.lineTo(x, y + half);
    }
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** Pixels around a click. */
const NEAR = 10;

/** Position of the operation whose point is closest to a place of the plot; -1: there is none near. */
export function operationNear(
  plot: uPlot,
  { count, completed, invoked }: Operations,
  left: number,
  top: number,
): number {
  let nearest = -1;
  let least = NEAR ** 2;
  const from = plot.posToVal(left - NEAR, 'x') * S;
  const to = plot.posToVal(left + NEAR, 'x') * S;
  for (let i = 0; i < count; i++) {
    const time = completed[i]!;
    if (!(time >= from && time <= to)) continue;
    const x = plot.valToPos(time / S, 'x') - left;
    const y = plot.valToPos(Math.max(1, time - invoked[i]!), 'y') - top;
    const distance = x * x + y * y;
    if (distance >= least) continue;
    least = distance;
    nearest = i;
  }
  return nearest;
}
