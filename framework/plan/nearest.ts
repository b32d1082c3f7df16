// The valid word that somebody meant, for "did you mean".

const LONGEST = 64;

/** The nearest of `words`; undefined when none is near. Ties go to the first in code unit order. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word === '' || word.length > LONGEST) return undefined;
  const wanted = fold(word);
  const sorted = [...new Set(words)].sort();
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of sorted) {
    const score = distance(wanted, fold(candidate));
    if (score < bestScore) [best, bestScore] = [candidate, score];
  }
  if (bestScore <= tolerance(word.length)) return best;
  return sorted.find((candidate) => isPart(wanted, fold(candidate)));
}

/** `opTimeout`, `op_timeout` and `OP-TIMEOUT` are the same word as `op-timeout`. */
function fold(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
}

function tolerance(length: number): number {
  return length <= 3 ? 1 : length <= 5 ? 2 : Math.floor(length * 0.4);
}

/** One is the beginning or a whole part of the other: `part` of `partition`, `leader` of `isolate-leader`. */
function isPart(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 3 && (long.startsWith(short) || long.split('-').includes(short));
}

/** Edits (insert, delete, replace, swap neighbours) between two words. */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
