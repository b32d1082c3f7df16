// What readers search for: text, or a regular expression of a kind that cannot take forever.

export interface Match {
  readonly from: number;
  readonly to: number;
}

export interface Search {
  /** Null: the line does not match. */
  readonly find: (text: string) => Match | null;
}

const LONGEST = 200;
const MOST_REPEATS = 2;
/** Bounded repetitions up to this many are no repeats. */
const FEW = 10;

/** Characters of a line that an expression looks at: with two repeats its worst case is some milliseconds. */
const LOOKED_AT = 400;

/** Text in any case. */
export function textSearch(text: string): Search {
  const wanted = text.toLowerCase();
  return {
    find: (line) => {
      const from = line.toLowerCase().indexOf(wanted);
      return from < 0 ? null : { from, to: from + wanted.length };
    },
  };
}

/** A string says why the expression is refused. */
export function patternSearch(source: string): Search | string {
  const problem = problemOf(source);
  if (problem !== null) return problem;
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, 'i');
  } catch {
    return 'this is not a regular expression';
  }
  return {
    find: (line) => {
      const match = pattern.exec(line.length > LOOKED_AT ? line.slice(0, LOOKED_AT) : line);
      return match === null ? null : { from: match.index, to: match.index + match[0].length };
    },
  };
}

/** A group that has been opened. */
interface Group {
  /** Something in it repeats, or it has alternatives: to repeat it may take forever. */
  complex: boolean;
}

/** Null: it takes time that is bounded by the length of a line to the power of three. */
export function problemOf(source: string): string | null {
  if (source.length > LONGEST) return `at most ${LONGEST} characters`;
  const open: Group[] = [{ complex: false }];
  let repeats = 0;
  /** The group that was closed just now. */
  let closed: Group | null = null;
  for (let i = 0; i < source.length; i++) {
    const group = open[open.length - 1]!;
    const rest = source.slice(i);
    const repeat = REPEAT.exec(rest);
    if (repeat !== null) {
      const most = mostOf(repeat);
      if (closed?.complex === true && most > 1) return 'a group that is repeated must not hold repeats or alternatives';
      if (most > FEW && ++repeats > MOST_REPEATS) return `at most ${MOST_REPEATS} of * and +`;
      group.complex = true;
      i += repeat[0].length - 1;
      closed = null;
      continue;
    }
    closed = null;
    const character = source[i]!;
    if (character === '\\') {
      if (/^\\[1-9k]/.test(rest)) return 'no references to groups';
      i++;
    } else if (character === '[') {
      const set = /^\[\^?\]?(?:\\.|[^\]\\])*\]/.exec(rest);
      i += (set?.[0].length ?? 1) - 1;
    } else if (character === '(') {
      if (/^\(\?(?!:)/.test(rest)) return 'no looking around, and no names of groups';
      open.push({ complex: false });
    } else if (character === ')') {
      if (open.length === 1) return 'this is not a regular expression';
      closed = open.pop()!;
      open[open.length - 1]!.complex ||= closed.complex;
    } else if (character === '|') group.complex = true;
  }
  return null;
}

/** `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`, greedy or not. */
const REPEAT = /^(?:([*+?])|\{(\d+)(,(\d*))?\})\??/;

function mostOf([, sign, least, range, most]: RegExpExecArray): number {
  if (sign !== undefined) return sign === '?' ? 1 : Number.POSITIVE_INFINITY;
  if (range === undefined) return Number(least);
  return most === '' || most === undefined ? Number.POSITIVE_INFINITY : Number(most);
}
