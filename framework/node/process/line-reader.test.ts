import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineReader } from './line-reader.js';

it('gives back every line, whatever the chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 12 })),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (texts, cuts) => {
        const lines = texts.map((text) => text.replaceAll('\n', ' '));
        const bytes = Buffer.from(`${lines.map((line) => `${line}\n`).join('')}rest`);
        const reader = new LineReader();
        const batches: string[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const end = at + cuts[i % cuts.length]!;
          const batch = reader.push(bytes.subarray(at, end));
          if (batch !== null) batches.push(...batch.toString('utf8').split('\n'));
          at = end;
        }
        expect(batches).toEqual(lines.map((line) => Buffer.from(line).toString('utf8')));
        expect(reader.held).toBe(4);
        expect(reader.rest().toString()).toBe('rest');
        expect(reader.held).toBe(0);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});
