// Containers as hosts: how soon a partition is in force there, with each engine of this machine that answers.
import { ChaosError } from '../framework/contracts/error.js';
import { findEngine } from '../framework/deploy/container/engine.js';
import { partitions } from './partitions.js';
import type { BenchRow } from './row.js';

const ENGINES = { podman: 'containers of Podman', docker: 'containers of Docker' } as const;

export async function rows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const engine of ['podman', 'docker'] as const) {
    if (await answers(engine)) rows.push(await partitions({ use: 'container', engine }, ENGINES[engine], 500));
    else process.stderr.write(`${engine} does not answer: nothing is measured with it\n`);
  }
  return rows;
}

async function answers(engine: keyof typeof ENGINES): Promise<boolean> {
  try {
    await findEngine(engine);
    return true;
  } catch (error) {
    if (error instanceof ChaosError) return false;
    throw error;
  }
}
