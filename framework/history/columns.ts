// The typed arrays behind a history: 34 bytes an event, grown by doubling, so that recording allocates next to nothing.
import type { Columns } from '../contracts/history.js';

const FIRST_CAPACITY = 1024;

function grown<T extends Float64Array | Int32Array | Int16Array | Uint16Array | Uint8Array>(
  from: T,
  make: (length: number) => T,
  capacity: number,
): T {
  const to = make(capacity);
  to.set(from);
  return to;
}

const float64 = (length: number) => new Float64Array(length);
const int32 = (length: number) => new Int32Array(length);
const int16 = (length: number) => new Int16Array(length);
const uint16 = (length: number) => new Uint16Array(length);
const uint8 = (length: number) => new Uint8Array(length);

export class GrowableColumns implements Columns {
  length = 0;
  time = float64(FIRST_CAPACITY);
  process = int32(FIRST_CAPACITY);
  type = uint8(FIRST_CAPACITY);
  f = uint16(FIRST_CAPACITY);
  key = int32(FIRST_CAPACITY);
  node = int16(FIRST_CAPACITY);
  kind = uint8(FIRST_CAPACITY);
  a = int32(FIRST_CAPACITY);
  b = int32(FIRST_CAPACITY);
  mate = int32(FIRST_CAPACITY);
  #capacity = FIRST_CAPACITY;

  /** A new row, all zero but for `mate`; returns its number. */
  add(): number {
    if (this.length === this.#capacity) this.reserve(this.#capacity * 2);
    const row = this.length++;
    this.mate[row] = -1;
    return row;
  }

  /** Makes room for `rows` rows at once, so that nothing is copied until there are more. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    this.time = grown(this.time, float64, rows);
    this.process = grown(this.process, int32, rows);
    this.type = grown(this.type, uint8, rows);
    this.f = grown(this.f, uint16, rows);
    this.key = grown(this.key, int32, rows);
    this.node = grown(this.node, int16, rows);
    this.kind = grown(this.kind, uint8, rows);
    this.a = grown(this.a, int32, rows);
    this.b = grown(this.b, int32, rows);
    this.mate = grown(this.mate, int32, rows);
  }
}
