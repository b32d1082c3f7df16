// Compiles regular expressions from plans, and refuses those whose matching could take for ever.

const LONGEST = 500;
const MOST_REPETITIONS = 4;

export type Pattern = { ok: true; regex: RegExp } | { ok: false; reason: string };

/** What repeats: `*`, `+`, `{n,}` and `{n,m}` at the given place; the length of the text, 0: nothing does. */
function repetition(source: string, at: number): number {
  const char = source[at];
  if (char === '*' || char === '+') return 1;
  return char === '{' ? (/^\{\d+,?\d*\}/.exec(source.slice(at, at + 20))?.[0].length ?? 0) : 0;
}

/** Index after the character class that begins at `at`. */
function afterClass(source: string, at: number): number {
  let i = at + 1;
  while (i < source.length && source[i] !== ']') i += source[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** Why matching may take exponential or high polynomial time; null: it does not. */
function danger(source: string): string | null {
  const groups = [{ repeats: false, branches: false }];
  let repetitions = 0;
  let closed: { repeats: boolean; branches: boolean } | null = null;
  for (let i = 0; i < source.length; ) {
    const inner = closed;
    closed = null;
    const char = source[i]!;
    const repeated = repetition(source, i);
    if (repeated > 0) {
      if (inner !== null && (inner.repeats || inner.branches)) {
        return 'it repeats a group that itself repeats or branches';
      }
      groups[groups.length - 1]!.repeats = true;
      repetitions++;
      i += repeated;
    } else if (char === '\\') {
      if (/[1-9k]/.test(source[i + 1] ?? '')) return 'it refers back to a group';
      i += 2;
    } else if (char === '[') {
      i = afterClass(source, i);
    } else {
      // An optional part gives a repeated group two ways to match, as a repetition does.
      if (char === '?') groups[groups.length - 1]!.repeats = true;
      if (char === '(') groups.push({ repeats: false, branches: false });
      if (char === '(' && source[i + 1] === '?') i++;
      if (char === '|') groups[groups.length - 1]!.branches = true;
      if (char === ')' && groups.length > 1) {
        closed = groups.pop()!;
        const outer = groups[groups.length - 1]!;
        outer.repeats ||= closed.repeats;
        outer.branches ||= closed.branches;
      }
      i++;
    }
  }
  return repetitions > MOST_REPETITIONS ? `it has more than ${MOST_REPETITIONS} repetitions` : null;
}

export function compilePattern(source: string, ignoreCase: boolean): Pattern {
  if (source.length > LONGEST) return { ok: false, reason: `it is longer than ${LONGEST} characters` };
  let regex: RegExp;
  try {
    regex = new RegExp(source, ignoreCase ? 'iu' : 'u');
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
  const reason = danger(source);
  return reason === null ? { ok: true, regex } : { ok: false, reason };
}
