// What was under test, and where it ran.
import type { RunResult } from '../contracts/result.js';

/** `redis-server (command)`, `raft`. */
export function systemName({ system: { name, program } }: Pick<RunResult, 'system'>): string {
  return program === undefined ? name : `${program} (${name})`;
}
