// For tests: what every store of registers does, whatever its protocol.
import { describe, expect, it } from 'vitest';
import type { Body } from '../../../framework/contracts/message.js';
import type { Protocol } from '../../../framework/contracts/protocol.js';
import type { MessageTable } from './message-table.js';
import { CAS_OK, cas, read, readOk, WRITE_OK, write } from './register-table.js';

/** `refused`: what only this store refuses, and with which definite error. */
export function describeRegister<N extends Protocol>(
  bench: (nodes: number) => MessageTable<N>,
  { cas: swaps, refused = [] }: { cas: boolean; refused?: readonly (readonly [Body, number])[] },
): void {
  const malformed: readonly (readonly [Body, number])[] = [
    [{ type: 'txn', txn: [] }, 10],
    [{ type: 'write', key: 'x' }, 12],
    [{ type: 'write', value: 1 }, 12],
    [write(1, { a: 1 }), 12],
    [read(null), 12],
    swaps ? [{ type: 'cas', key: 'x', from: 1 }, 12] : [cas(1, 2), 10],
    ...refused,
  ];

  describe('as a store of registers', () => {
    it.each([1, 2, 3, 4, 5])('with %i nodes gives every node what any node wrote', (count) => {
      const table = bench(count);
      for (const writer of table.names) {
        for (const [key, text] of [
          ['x', `${writer} x`],
          [7, null],
          ['7', { from: writer }],
          ['set', 1],
        ] as const) {
          expect(table.answer(writer, write(text, key))).toEqual(WRITE_OK);
          for (const reader of table.names) expect(table.answer(reader, read(key))).toEqual(readOk(text));
        }
      }
    });

    it('answers error 20 for a key that was never written', () => {
      expect(bench(3).answer('n1', read())).toMatchObject({ type: 'error', code: 20 });
    });

    it.each(malformed)('refuses %j with the definite error %i', (body, code) => {
      const table = bench(3);
      expect(table.ask('n1', body)()).toMatchObject({ type: 'error', code, in_reply_to: 1 });
      expect(table.messages).toEqual([]);
      expect(table.answer('n1', read())).toMatchObject({ type: 'error', code: 20 });
    });

    if (!swaps) return;
    it('compares and sets, values being the same when they are equal as JSON', () => {
      const table = bench(3);
      expect(table.answer('n1', cas(1, 2))).toMatchObject({ type: 'error', code: 20 });
      table.answer('n1', write({ a: [1] }));
      expect(table.answer('n2', cas({ a: [2] }, 5))).toMatchObject({ type: 'error', code: 22 });
      expect(table.answer('n2', cas({ a: [1] }, null))).toEqual(CAS_OK);
      expect(table.answer('n3', read())).toEqual(readOk(null));
    });
  });
}
