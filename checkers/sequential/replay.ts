// Checks an order before anyone is told of it: each process in its own order, and every read sees the last write of its key.
import { ChaosError } from '../../framework/contracts/error.js';
import { NONE, type RegisterOperations } from './operations.js';

/** Throws an internal error where the order (of indexes into the operations) does not explain the history. */
export function replay(operations: RegisterOperations, order: Int32Array): void {
  const { count, end, session, sessions, key, keys, reads, writes } = operations;
  const state = Int32Array.from({ length: keys }, (_, k) => k);
  // What the process did just before; what never completed does not hold up what came after it.
  const last = new Int32Array(sessions).fill(NONE);
  const before = session.map((s, i) => {
    const previous = last[s]!;
    if (end[i] !== NONE) last[s] = i;
    return previous;
  });
  const placed = new Uint8Array(count);
  for (const i of order) {
    const k = key[i]!;
    const fits =
      placed[i] === 0 &&
      (before[i] === NONE || placed[before[i]!] === 1) &&
      (reads[i] === NONE || reads[i] === state[k]);
    if (!fits) throw wrong(operations.row[i]!);
    placed[i] = 1;
    if (writes[i] !== NONE) state[k] = writes[i]!;
  }
  for (let i = 0; i < count; i++) if (placed[i] === 0 && end[i] !== NONE) throw wrong(operations.row[i]!);
}

function wrong(row: number): ChaosError {
  return new ChaosError('sequential-replay', `the order that was found does not fit operation ${row}`, {
    kind: 'internal',
    hint: 'please report this, with the history',
  });
}
