import { expect, test } from 'vitest';
import { int32, uint8 } from './columns.js';

test('columns of any length start with zeros and share no memory', () => {
  const lengths = Array.from({ length: 3000 }, (_, i) => (i * 37) % 1300);
  const columns = lengths.map((length, i) => (i % 3 === 0 ? uint8(length) : int32(length)));
  for (const [i, column] of columns.entries()) {
    expect(column.length).toBe(lengths[i]);
    expect(column.every((value) => value === 0)).toBe(true);
    column.fill(i % 251);
  }
  for (const [i, column] of columns.entries()) expect(column.every((value) => value === i % 251)).toBe(true);
});
