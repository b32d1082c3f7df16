// Which operation each process has open: an array for the usual small process numbers, a map for the rest.

/** Processes below this are kept in the array, at most 16 MB of it. */
const DENSE = 1 << 22;

export class OpenOperations {
  /** Row + 1 by process; 0: none. */
  #dense = new Int32Array(256);
  readonly #sparse = new Map<number, number>();

  /** Row of the open invocation of a process; -1: none. */
  get(process: number): number {
    if (process < this.#dense.length) return (this.#dense[process] ?? 0) - 1;
    return process < DENSE ? -1 : (this.#sparse.get(process) ?? -1);
  }

  set(process: number, row: number): void {
    if (process >= DENSE) {
      this.#sparse.set(process, row);
      return;
    }
    if (process >= this.#dense.length) this.#grow(process);
    this.#dense[process] = row + 1;
  }

  clear(process: number): void {
    if (process >= DENSE) this.#sparse.delete(process);
    else this.#dense[process] = 0;
  }

  #grow(process: number): void {
    let length = this.#dense.length;
    while (length <= process) length *= 2;
    const dense = new Int32Array(length);
    dense.set(this.#dense);
    this.#dense = dense;
  }
}
