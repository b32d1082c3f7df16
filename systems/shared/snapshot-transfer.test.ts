import { describe, expect, it } from 'vitest';
import { SnapshotParts, SnapshotTransfers } from './snapshot-transfer.js';

const snapshot = (index: number, size = 5) => ({
  index,
  term: 1,
  items: Array.from({ length: size }, (_, i) => `${index}:${i}`),
});

/** Sends until all is there; returns what was put together, and how many parts it took. */
function transfer(transfers: SnapshotTransfers, parts: SnapshotParts, latest = snapshot(9)) {
  for (let count = 1; count < 99; count++) {
    const part = transfers.next(0, latest);
    const { index, term } = part.snapshot;
    const added = parts.add(index, term, part.offset, part.items);
    if (added && part.last) return { items: parts.take(), count };
    transfers.wants(0, index, parts.offset);
  }
  return null;
}

describe('a snapshot in parts', () => {
  it('arrives whole, however large a part is; one without items is one part', () => {
    for (const [chunk, count] of [
      [1, 5],
      [2, 3],
      [5, 1],
      [9, 1],
    ] as const) {
      const { items } = snapshot(9);
      expect(transfer(new SnapshotTransfers(chunk), new SnapshotParts())).toEqual({ items, count });
    }
    expect(transfer(new SnapshotTransfers(2), new SnapshotParts(), snapshot(9, 0))).toEqual({ items: [], count: 1 });
  });

  it('goes on where it ended, with its own snapshot, when parts come twice or a newer snapshot is taken', () => {
    const transfers = new SnapshotTransfers(2);
    const parts = new SnapshotParts();
    const { items } = transfers.next(0, snapshot(9));
    expect([parts.add(9, 1, 0, items), parts.add(9, 1, 0, items), parts.offset]).toEqual([true, false, 2]);
    expect([transfers.wants(0, 9, 2), transfers.wants(0, 8, 0), transfers.wants(0, 9, 6)]).toEqual([
      true,
      false,
      false,
    ]);
    transfers.begin(0, snapshot(20));
    expect(transfer(transfers, parts, snapshot(20))).toEqual({ items: snapshot(9).items, count: 2 });
    expect(parts.offset).toBe(0);
  });

  it('begins anew with another snapshot, or when it is forgotten', () => {
    const transfers = new SnapshotTransfers(2);
    const parts = new SnapshotParts();
    parts.add(9, 1, 0, [1, 2, 3]);
    expect([parts.add(9, 2, 3, [4]), parts.add(9, 2, 0, [1]), parts.offset]).toEqual([false, true, 1]);
    transfers.next(0, snapshot(9));
    transfers.begin(0, snapshot(20));
    transfers.next(1, snapshot(9));
    expect(transfers.next(0, snapshot(30)).snapshot.index).toBe(20);
    transfers.sent(0, 9);
    expect(transfers.sending(0)).toBe(true);
    transfers.sent(0, 20);
    transfers.forget(1);
    expect([transfers.sending(0), transfers.sending(1), transfers.sending(2)]).toEqual([false, false, false]);
    transfers.next(1, snapshot(9));
    transfers.reset();
    expect(transfers.sending(1)).toBe(false);
  });
});
