// One case in a process of its own: makes the history, then checks it, cold, and prints what that took.
import { readFileSync, writeFileSync } from 'node:fs';
import { checkLinearizable, type LinearizableResult } from '../../checkers/linearizable/check.js';
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

async function measure(name: string): Promise<Measured> {
  const { make, options, from } = CASES.find((one) => one.name === name)!;
  const history = make();
  const subject = from === 'objects' ? [...history.operations()] : history;
  globalThis.gc?.();
  globalThis.gc?.();
  const reset = resetPeak();
  const start = performance.now();
  const { valid, keys, configurations } = checkLinearizable(subject as typeof history, options);
  const milliseconds = performance.now() - start;
  const algorithms = [...new Set(keys.map(({ algorithm }) => algorithm))];
  return { valid, algorithms, configurations, milliseconds, peak: peakMemory(!reset) };
}

const [name] = process.argv.slice(2);
process.stdout.write(name === undefined ? JSON.stringify(peakMemory(true)) : JSON.stringify(await measure(name)));
