// What checkers show is kept in a file of its own, so that result.json stays something that people read.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../contracts/error.js';
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

/**
 * The result with what its checks show, read from `path`; as it is where there is no such file. `tell` hears of one that cannot be
 * read.
 */
export function withExhibits(
  result: RunResult,
  path: string,
  tell: (notice: string) => void = () => undefined,
): RunResult {
  const stored = readStored(path, tell);
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

function readStored(path: string, tell: (notice: string) => void): Record<string, unknown> | null {
  if (!existsSync(path)) return null;
  try {
    if (statSync(path).size > LARGEST) throw new Error('it is too large');
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { format?: unknown; checks?: unknown } | null;
    const checks = stored?.format === 1 ? stored.checks : undefined;
    if (typeof checks !== 'object' || checks === null) throw new Error('it is of another version, or damaged');
    return checks as Record<string, unknown>;
  } catch (error) {
    tell(`${basename(path)} cannot be shown: ${messageOf(error)} (npx chaos check makes it again)`);
    return null;
  }
}
