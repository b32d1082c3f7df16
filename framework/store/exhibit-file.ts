// What checkers show is kept in a file of its own, so that result.json stays something that people read.
import { readFileSync, statSync } from 'node:fs';
import type { Exhibit } from '../contracts/exhibit.js';
import type { RunResult } from '../contracts/result.js';
import { soundExhibits } from './sound-exhibits.js';

type Checks = RunResult['checks'];

/** Larger files are none of ours. */
const LARGEST = 256 * 2 ** 20;

/** The result as `result.json` holds it. */
export function withoutExhibits(result: RunResult): RunResult {
  return { ...result, checks: mapChecks(result.checks, ({ exhibits: _, ...check }) => check) };
}

/** The text of `exhibits.json`: by check, one line each; null: no check shows anything. */
export function exhibitsText({ checks }: RunResult): string | null {
  const lines = Object.entries(checks).flatMap(([name, { exhibits }]) =>
    exhibits === undefined || exhibits.length === 0 ? [] : [`${JSON.stringify(name)}:${JSON.stringify(exhibits)}`],
  );
  return lines.length === 0 ? null : `{"format":1,"checks":{\n${lines.join(',\n')}\n}}\n`;
}

/** The result with what its checks show, read from `path`; as it is where there is no such file, or it cannot be read. */
export function withExhibits(result: RunResult, path: string): RunResult {
  const stored = readStored(path);
  if (stored === null) return result;
  return {
    ...result,
    checks: mapChecks(result.checks, (check, name) => {
      const exhibits = Object.hasOwn(stored, name) ? soundExhibits(stored[name]).exhibits : [];
      return exhibits.length === 0 ? check : { ...check, exhibits: exhibits satisfies Exhibit[] };
    }),
  };
}

function mapChecks(checks: Checks, change: (check: Checks[string], name: string) => Checks[string]): Checks {
  return Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, change(check, name)]));
}

function readStored(path: string): Record<string, unknown> | null {
  try {
    if (statSync(path).size > LARGEST) return null;
    const { format, checks } = JSON.parse(readFileSync(path, 'utf8')) as { format?: unknown; checks?: unknown };
    return format === 1 && typeof checks === 'object' ? (checks as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
