// For tests: is a history of one register with unique written values linearizable? Gibbons and Korach 1997, by its definition.

/** `end` Infinity: it never completed, or nobody knows whether it took effect. Reads of null saw the initial value. */
export interface RegisterOperation {
  f: 'read' | 'write';
  value: unknown;
  begin: number;
  end: number;
}

interface Zone {
  value: unknown;
  /** Earliest end and latest begin of a write and its reads. */
  finish: number;
  start: number;
}

/** Null when it is linearizable, otherwise what is wrong. Reads must have completed. */
export function violation(operations: readonly RegisterOperation[]): string | null {
  const zones: Zone[] = [];
  const values = new Set([null, ...operations.map((operation) => operation.value)]);
  for (const value of values) {
    const same = operations.filter((operation) => operation.value === value);
    const write = same.find((operation) => operation.f === 'write');
    const reads = same.filter((operation) => operation.f === 'read');
    if (write === undefined && value !== null) return `${value} was never written`;
    if (reads.length === 0 && (write === undefined || write.end === Number.POSITIVE_INFINITY)) continue;
    const early = reads.find((read) => write !== undefined && read.end < write.begin);
    if (early !== undefined) return `${value} was read before it was written`;
    zones.push({
      value,
      finish: value === null ? Number.NEGATIVE_INFINITY : Math.min(...same.map((operation) => operation.end)),
      start: Math.max(...same.map((operation) => operation.begin)),
    });
  }
  const forward = zones.filter((zone) => zone.finish < zone.start);
  for (const zone of zones) {
    for (const other of forward) {
      if (zone === other) continue;
      const [low, high] = [Math.min(zone.finish, zone.start), Math.max(zone.finish, zone.start)];
      const overlaps =
        zone.finish < zone.start ? low < other.start && other.finish < high : other.finish < low && high < other.start;
      if (overlaps) return `${zone.value} and ${other.value} cannot be ordered`;
    }
  }
  return null;
}
