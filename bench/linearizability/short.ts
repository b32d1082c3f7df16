// Short histories as small stores under test give them: five clients, values 0 to 4, many pending operations, most of them bad.
import type { ColumnarHistory } from '../../framework/history/history.js';
import { createRandom } from '../../framework/time/random.js';
import { registerHistory } from '../histories/registers.js';

const HISTORIES = 102;

export function shortHistories(): ColumnarHistory[] {
  return Array.from({ length: HISTORIES }, (_, seed) => {
    const lie = seed % 4 === 0 ? null : 0.6;
    const load = { operations: 84, clients: 5, values: 4, reads: 0.4, cas: 0.3, crashed: 0.15, lie };
    return registerHistory(createRandom(seed, 'short'), load);
  });
}
