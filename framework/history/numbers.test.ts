import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isExact } from './numbers.js';

it.each([
  '0',
  '-0',
  '0.0',
  '9007199254740992',
  '1152921504606847000',
  '0.1',
  '0.10000000000000001',
  '1e300',
  '5e-324',
  '+7',
])('%s is what a double holds', (text) => expect(isExact(text)).toBe(true));

it.each([
  '9007199254740993',
  '1152921504606846976',
  '-9223372036854775807',
  '9007199254740993.0',
  '1e999',
  '1e-999',
  '0.12345678901234567891',
  'x',
  '1/3',
])('%s is not', (text) => expect(isExact(text)).toBe(false));

it('every double is exact as JSON writes it, and two integers that both are have different doubles', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => isExact(JSON.stringify(value))),
    { seed: 1, numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.bigInt(2n ** 53n - 50n, 2n ** 63n), fc.bigInt(1n, 300n), (a, by) => {
      const both = isExact(String(a)) && isExact(String(a + by));
      return !both || Number(a) !== Number(a + by);
    }),
    { seed: 1, numRuns: 1000 },
  );
});
