// Looks for what has no colour of its own: functions, nodes, quantiles. Colour and dash differ together.

const HUES = 8;

/** A custom property of the style. */
export function hueOf(position: number): string {
  return `hue-${(position % HUES) + 1}`;
}

const DASHES: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 3],
  [9, 3, 2, 3],
  [4, 2],
  [12, 4],
  [1, 2],
  [6, 2, 1, 2, 1, 2],
];

export function dashOf(position: number): readonly number[] {
  return DASHES[position % DASHES.length]!;
}
