// Whole numbers that grow slowly, in few bytes: differences to the one before, zigzag, seven bits a byte (as in Protocol Buffers).

/** Whole numbers between -2^52 and 2^52, in any order; close neighbours take least. */
export function packNumbers(values: ArrayLike<number>): Uint8Array {
  let bytes = new Uint8Array(Math.max(64, values.length * 3));
  let length = 0;
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = values[i]! - before;
    before = values[i]!;
    if (length + 9 > bytes.length) {
      const larger = new Uint8Array(bytes.length * 2);
      larger.set(bytes);
      bytes = larger;
    }
    let rest = difference < 0 ? -2 * difference - 1 : 2 * difference;
    while (rest >= 0x80) {
      bytes[length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[length++] = rest;
  }
  return bytes.slice(0, length);
}

/** `count`: how many there are. */
export function unpackNumbers(bytes: Uint8Array, count: number): Float64Array {
  const values = new Float64Array(count);
  let at = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    let rest = 0;
    let weight = 1;
    for (;;) {
      const byte = bytes[at++]!;
      rest += (byte & 0x7f) * weight;
      if (byte < 0x80) break;
      weight *= 0x80;
    }
    before += rest % 2 === 1 ? -(rest + 1) / 2 : rest / 2;
    values[i] = before;
  }
  return values;
}
