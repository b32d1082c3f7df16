// Runs plans into a results folder, as `chaos run` does, for the pages that they leave there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from '../../../framework/contracts/history.js';
import type { RunResult } from '../../../framework/contracts/result.js';
import { run } from '../../../framework/index.js';

export interface Stored {
  /** As `result.json` has it. */
  readonly result: RunResult;
  readonly history: History;
  readonly page: string;
}

/** `set`: overrides as on the command line. Throws what is wrong with the plan. */
export async function store(plan: string, results: string, set: readonly string[] = []): Promise<Stored> {
  const [outcome] = await run(plan, { results, set: [...set] });
  const folder = outcome!.folder!;
  const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as RunResult;
  return { result, history: outcome!.history, page: join(folder, 'report.html') };
}
