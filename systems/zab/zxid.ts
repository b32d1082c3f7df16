// Transaction ids: an epoch and a counter within it, as one number that orders all proposals.

/** Counters of one epoch. 2^21 epochs of 2^32 proposals fit into a double exactly. */
const SPAN = 2 ** 32;

export function zxidOf(epoch: number, counter: number): number {
  return epoch * SPAN + counter;
}

export function epochOf(zxid: number): number {
  return Math.floor(zxid / SPAN);
}

export function counterOf(zxid: number): number {
  return zxid % SPAN;
}

/** As people write them: epoch.counter. */
export function showZxid(zxid: number): string {
  return `${epochOf(zxid)}.${counterOf(zxid)}`;
}
