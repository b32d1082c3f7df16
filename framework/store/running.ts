// The mark of a run in progress: which process writes the folder, so that others can tell a run that goes on from one that died.
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Milliseconds } from '../contracts/time.js';
import { numberAt, textAt } from './loose.js';
import { FILES, type RunFolder } from './store.js';

export interface RunningMark {
  pid: number;
  /** When the process started, in clock ticks of its machine, which tells it from a later one with its number; null: unknown. */
  ticks: number | null;
  /** Machine, and its space of process ids: elsewhere the number means another process. */
  host: string;
  /** ISO 8601, UTC. */
  started: string;
  /** How long the load and the recovery are to take. */
  load: Milliseconds | null;
  recover: Milliseconds | null;
}

/** `alive`, `gone`: the process is seen, or is not there any more. `elsewhere`: it is another machine's, and cannot be seen. */
export type Life = 'alive' | 'gone' | 'elsewhere';

export interface RunningFacts {
  started: Date;
  load: Milliseconds;
  recover: Milliseconds;
}

/** Says in the folder that this process writes it. Throws `ChaosError('results-not-writable')`. */
export function markRunning(run: RunFolder, { started, load, recover }: RunningFacts): void {
  const { pid } = process;
  const mark: RunningMark = { pid, ticks: ticksOf(pid), host: here(), started: started.toISOString(), load, recover };
  run.write(FILES.running, `${JSON.stringify(mark)}\n`);
}

/** The run has come to its end. */
export function unmarkRunning(run: RunFolder): void {
  rmSync(run.file(FILES.running), { force: true });
}

/** null: this is no mark. */
export function parseMark(value: unknown): RunningMark | null {
  const pid = numberAt(value, 'pid');
  const host = textAt(value, 'host');
  if (pid === null || !Number.isInteger(pid) || pid <= 0 || host === null) return null;
  const number = (name: string) => numberAt(value, name);
  const started = textAt(value, 'started') ?? '';
  return { pid, host, ticks: number('ticks'), started, load: number('load'), recover: number('recover') };
}

export function lifeOf({ pid, ticks, host }: RunningMark): Life {
  if (host !== here()) return 'elsewhere';
  if (ticks !== null) return ticksOf(pid) === ticks ? 'alive' : 'gone';
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'alive' : 'gone';
  }
}

function here(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** null: there is no such process, or it has ended and nobody has waited for it yet, or the machine does not say. */
function ticksOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // What stands before is the program's name, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : Number(fields[19]);
  } catch {
    return null;
  }
}
