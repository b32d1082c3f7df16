// How long a person waits for `chaos --help`, beside what Node itself takes to start.
import { spawnSync } from 'node:child_process';
import { entryPoint } from '../framework/node/entry.js';
import type { BenchRow } from './row.js';

const ROUNDS = 15;

/** Milliseconds from start to end, shortest first. */
function times(args: readonly string[]): number[] {
  const result: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [...args], { encoding: 'utf8' });
    result.push(performance.now() - start);
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  }
  return result.sort((one, other) => one - other);
}

export async function rows(): Promise<BenchRow[]> {
  const help = times([entryPoint('framework/cli/main'), '--help']);
  const node = times(['--eval', '0']);
  const median = (sorted: number[]) => sorted[sorted.length >> 1]!;
  const note = `median of ${ROUNDS}; the shortest took ${help[0]!.toFixed(0)} ms`;
  return [
    { name: 'chaos --help', value: median(help), unit: 'ms', target: 150, better: 'lower', note },
    { name: 'node that does nothing', value: median(node), unit: 'ms', better: 'lower' },
  ];
}
