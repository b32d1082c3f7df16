// What checkers show beside their verdicts.
import type { Verdict } from '../../framework/contracts/checker.js';
import type { Chart, Exhibit, Lane, Series } from '../../framework/contracts/exhibit.js';

/** Lanes that one picture of a checker holds. */
export const MOST_LANES = 24;

/** The verdict with what there is to show; null: nothing of it. */
export function showing(verdict: Verdict, ...exhibits: readonly (Exhibit | null)[]): Verdict {
  const shown = exhibits.filter((exhibit) => exhibit !== null);
  return shown.length === 0 ? verdict : { ...verdict, exhibits: shown };
}

/** A picture of lanes; null: there are none. */
export function lanesChart(title: string, note: string, lanes: readonly Lane[]): Chart | null {
  return lanes.length === 0 ? null : { kind: 'chart', title, note, lanes };
}

/** The series that have points. */
export function withPoints(...series: readonly Series[]): Series[] {
  return series.filter(({ points }) => points.length > 0);
}

/** ` 5 of 30 are shown.`, or nothing. */
export function ofHowMany(shown: number, all: number): string {
  return shown < all ? ` ${shown} of ${all} are shown.` : '';
}
