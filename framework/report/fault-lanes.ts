// Faint bands behind every chart where a fault was in force.
import type { Fault } from './faults.js';
import { type Html, html } from './html.js';
import { px, type TimeScale } from './plot.js';

/** A picture draws no more faults than this; closer than a pixel they would be one blot anyway. */
const MOST_FAULTS = 600;

function within(faults: readonly Fault[], scale: TimeScale): Fault[] {
  return faults.filter((fault) => fault.from <= scale.to && fault.to >= scale.from);
}

/** Background of a chart; one path, so that hundreds of faults cost little. */
export function faultBands(faults: readonly Fault[], scale: TimeScale, top: number, bottom: number): Html {
  const pieces: string[] = [];
  let last = '';
  for (const fault of within(faults, scale)) {
    const x0 = scale.x(fault.from);
    const piece = `M${px(x0)} ${top}H${px(Math.max(scale.x(fault.to), x0 + 1))}V${bottom}H${px(x0)}z`;
    if (piece !== last && pieces.length < MOST_FAULTS) pieces.push(piece);
    last = piece;
  }
  return pieces.length === 0 ? html`` : html`<path class="band" d="${pieces.join('')}"/>`;
}
