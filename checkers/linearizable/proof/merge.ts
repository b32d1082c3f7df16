// Makes one order of several that are independent of each other: of the parts of a key, say.

/**
 * Merges orders of operations (event indexes of invocations), each of which respects real time, into one that does so, too, and
 * in which each keeps its own order. Of the operations that come next, the one invoked first is taken: no operation that is left
 * can have returned before that, for whatever comes before it in its own order would have been invoked even earlier. This is the
 * locality of linearizability (Herlihy & Wing 1990, theorem 1), made an order. O(n log k).
 */
export function mergeOrders(orders: readonly Int32Array[]): Int32Array {
  if (orders.length === 1) return orders[0]!;
  const merged = new Int32Array(orders.reduce((sum, { length }) => sum + length, 0));
  const next = new Int32Array(orders.length);
  const invoked = (list: number) => orders[list]![next[list]!]!;
  // A heap of the orders that are not used up, by the invocation that comes next.
  const heap: number[] = [];
  const sink = (from: number) => {
    const list = heap[from]!;
    let at = from;
    for (let child = at * 2 + 1; child < heap.length; child = at * 2 + 1) {
      if (child + 1 < heap.length && invoked(heap[child + 1]!) < invoked(heap[child]!)) child++;
      if (invoked(heap[child]!) >= invoked(list)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = list;
  };
  for (const [list, { length }] of orders.entries()) if (length > 0) heap.push(list);
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(at);
  for (let at = 0; at < merged.length; at++) {
    const list = heap[0]!;
    merged[at] = invoked(list);
    next[list]!++;
    if (next[list] === orders[list]!.length) {
      const last = heap.pop()!;
      if (heap.length === 0) break;
      heap[0] = last;
    }
    sink(0);
  }
  return merged;
}
