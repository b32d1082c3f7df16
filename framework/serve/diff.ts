// Which lines two texts have in common: the longest common subsequence, bounded in time and memory.

export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'added';
  readonly text: string;
}

/** Cells of the table at most; texts that differ in more are shown one after the other. */
const MOST_CELLS = 4_000_000;

export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

function middle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const gone = (text: string): DiffLine => ({ kind: 'gone', text });
  const added = (text: string): DiffLine => ({ kind: 'added', text });
  const width = after.length + 1;
  if ((before.length + 1) * width > MOST_CELLS) return [...before.map(gone), ...after.map(added)];
  // table[i * width + j]: length of the longest common subsequence of what follows line i and line j.
  const table = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const down = table[(i + 1) * width + j]!;
      const right = table[i * width + j + 1]!;
      table[i * width + j] = before[i] === after[j] ? table[(i + 1) * width + j + 1]! + 1 : Math.max(down, right);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ kind: 'same', text: before[i]! });
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && table[(i + 1) * width + j]! >= table[i * width + j + 1]!)) {
      lines.push(gone(before[i++]!));
    } else lines.push(added(after[j++]!));
  }
  return lines;
}

export interface Hunk {
  /** Lines that are the same and left out before these. */
  readonly skipped: number;
  readonly lines: readonly DiffLine[];
}

/** The changes with some lines around them; empty when nothing changed. */
export function hunksOf(lines: readonly DiffLine[], around = 3): { hunks: Hunk[]; skipped: number } {
  const keep = new Uint8Array(lines.length);
  lines.forEach(({ kind }, i) => {
    if (kind !== 'same') keep.fill(1, Math.max(0, i - around), i + around + 1);
  });
  const hunks: { skipped: number; lines: DiffLine[] }[] = [];
  let skipped = 0;
  lines.forEach((line, i) => {
    if (keep[i] === 0) {
      skipped++;
      return;
    }
    if (i === 0 || keep[i - 1] === 0) {
      hunks.push({ skipped, lines: [] });
      skipped = 0;
    }
    hunks[hunks.length - 1]!.lines.push(line);
  });
  return { hunks, skipped };
}
