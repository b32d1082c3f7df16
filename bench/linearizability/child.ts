// One case in a process of its own: makes the history, then checks it, cold, and prints what that took.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  checkLinearizable,
  type LinearizableOptions,
  type LinearizableResult,
} from '../../checkers/linearizable/check.js';
import type { History } from '../../framework/contracts/history.js';
import type { LooseOperation } from '../../framework/history/from-operations.js';
import { CASES } from './cases.js';

export interface Measured {
  valid: LinearizableResult['valid'];
  algorithms: string[];
  configurations: number;
  milliseconds: number;
  /** Megabytes: the most memory the process had while it checked, history included. */
  peak: number;
}

/** Forgets how much memory the process had at most so far; false where the system cannot. */
function resetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}

/** Megabytes at most since `resetPeak`, or (`whole`) since the process began. */
function peakMemory(whole: boolean): number {
  if (whole) return (process.resourceUsage().maxRSS * 1024) / 1e6;
  const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
}

/** Operations as a program of one's own records them. */
function objectsOf(history: History): LooseOperation[] {
  return Array.from(history.operations(), ({ process, f, asked, value, outcome, invoked, completed }) => {
    return { process, f, asked, value, outcome, invoked, completed };
  });
}

function ofColumns(history: History, options: LinearizableOptions): () => LinearizableResult {
  return () => checkLinearizable(history, options);
}

/** By the package's face, which is loaded only for this: it brings much else along. */
async function ofObjects(history: History, options: LinearizableOptions): Promise<() => LinearizableResult> {
  const library = await import('../../framework/library.js');
  const operations = objectsOf(history);
  return () => library.checkLinearizable(operations, options);
}

async function measure(name: string): Promise<Measured> {
  const { make, options, from } = CASES.find((one) => one.name === name)!;
  const check = from === 'objects' ? await ofObjects(make(), options) : ofColumns(make(), options);
  // What making it has used is gone, and the high-water mark with it: what counts is the history itself and the check.
  globalThis.gc?.();
  globalThis.gc?.();
  const reset = resetPeak();
  const start = performance.now();
  const { valid, keys, configurations } = check();
  const milliseconds = performance.now() - start;
  const algorithms = [...new Set(keys.map(({ algorithm }) => algorithm))];
  return { valid, algorithms, configurations, milliseconds, peak: peakMemory(!reset) };
}

const [name = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await measure(name)));
