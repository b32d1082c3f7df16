import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from './pack.js';
import { packNumbers, unpackNumbers } from './varint.js';

const again = (value: unknown) => unpack(Uint8Array.from(pack(value)));

describe('pack', () => {
  it('gives back values with typed arrays of every kind and length', () => {
    const value = {
      name: 'a\u2028</script>',
      none: null,
      list: [{ times: Float64Array.of(1.5, -2), flags: Uint8Array.of(1, 2, 3) }, 7],
      rows: {
        a: Int32Array.of(-1),
        b: Uint16Array.of(65535, 0, 1),
        c: Uint32Array.of(),
        d: Uint32Array.of(2 ** 32 - 1),
      },
    };
    expect(again(value)).toEqual(value);
  });

  it('gives back any JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => void expect(again({ text })).toEqual({ text })));
  });

  it('makes the same bytes of the same value', () => {
    const value = { a: Float64Array.of(1), b: 'x' };
    expect(pack(value)).toEqual(pack(structuredClone(value)));
  });
});

describe('numbers', () => {
  const whole = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(whole), (values) => {
        expect([...unpackNumbers(packNumbers(values), values.length)]).toEqual(values);
      }),
    );
  });

  it('take one byte where they are close to each other', () => {
    expect(packNumbers(Array.from({ length: 1000 }, (_, i) => 1000 + i * 50)).length).toBeLessThan(1010);
  });
});
