import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Outbox } from './outbox.js';

it('keeps text and bytes in order, through any number of turns', () => {
  const part = fc.oneof(
    fc.record({ text: fc.string({ unit: 'binary', maxLength: 50 }) }),
    fc.record({ line: fc.uint8Array({ maxLength: 3000 }), skip: fc.nat(3) }),
    fc.constant('take' as const),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      const outbox = new Outbox();
      const taken: Buffer[] = [];
      const expected: Buffer[] = [];
      for (const one of parts) {
        if (one === 'take') taken.push(outbox.take());
        else if ('text' in one) {
          outbox.text(one.text);
          expected.push(Buffer.from(one.text));
        } else {
          const source = Buffer.from(one.line);
          const start = Math.min(one.skip, source.length);
          outbox.line(source, start, source.length);
          expected.push(source.subarray(start), Buffer.from('\n'));
        }
      }
      expect(outbox.size === 0).toBe(Buffer.concat(expected).length === Buffer.concat(taken).length);
      taken.push(outbox.take());
      expect(Buffer.concat(taken).equals(Buffer.concat(expected))).toBe(true);
      expect(outbox.size).toBe(0);
    }),
    { numRuns: 100, seed: 1 },
  );
});
