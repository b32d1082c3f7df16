// What a person calls a program under test, from the words that start it.

/** They start what stands behind them. */
const STARTERS = new Set(['exec', 'env', 'nohup', 'setsid', 'sudo', 'time']);
/** They run a file that is named behind them. */
const INTERPRETERS = /^(python[\d.]*|node|deno|bun|java|ruby|perl|php|sh|bash|dash|ash)$/;
/** Options of theirs whose value is another word. */
const WITH_VALUE = new Set(['-cp', '-classpath', '--class-path', '-m', '-r', '--require', '--import']);
const LONGEST = 60;

/** `redis-server` of `/usr/bin/redis-server --port 1`, `node.py` of `python3 ./node.py`; empty where nothing is named. */
export function programName(words: readonly string[]): string {
  const rest = words.filter((word) => !/^\w+=/.test(word));
  const at = rest.findIndex((word) => !STARTERS.has(word) && !word.startsWith('-'));
  const program = baseName(rest[at] ?? '');
  const file = INTERPRETERS.test(program) ? fileIn(rest.slice(at + 1)) : undefined;
  return (file ?? program).slice(0, LONGEST);
}

/** The same of a script: of its line with `exec`, or else of its last one. */
export function scriptName(script: string): string {
  const lines = script.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const line = told.find((each) => each.startsWith('exec ')) ?? told.at(-1) ?? '';
  return programName(
    line
      .replace(/[;&|<>].*$/, '')
      .split(/\s+/)
      .map(unquoted),
  );
}

function fileIn(words: readonly string[]): string | undefined {
  const found = words.find((word, at) => !word.startsWith('-') && !WITH_VALUE.has(words[at - 1] ?? ''));
  // What stands behind -c is a program itself, and no name.
  return found === undefined || words[0] === '-c' || words[0] === '-e' ? undefined : baseName(found);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function unquoted(word: string): string {
  return word.replaceAll(/["']/g, '');
}
