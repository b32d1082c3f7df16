// The four guarantees word by word, for small histories: all pairs of writes, all triples of reads, nothing incremental.
import type { History, Operation } from '../../../framework/contracts/history.js';
import { GUARANTEES, type Guarantee } from '../guarantees.js';

interface Did {
  operation: Operation;
  process: number;
  key: string;
  read: string | null;
  written: string | null;
  ok: boolean;
}

const text = (value: unknown) => JSON.stringify(value ?? null);

function did(operation: Operation): Did {
  const { f, asked, value, process, key, outcome } = operation;
  const [from, to] = f === 'cas' ? (asked as [unknown, unknown]) : [null, null];
  return {
    operation,
    process,
    key: `${key}`,
    read: f === 'read' ? text(value) : f === 'cas' ? text(from) : null,
    // A cas from a value to itself is a read.
    written: f === 'write' ? text(asked) : f === 'cas' && text(from) !== text(to) ? text(to) : null,
    ok: outcome === 'ok',
  };
}

/** Numbers of reads that break each guarantee; null: a value is written twice, or one was read that was not there yet. */
export function byDefinition(history: History): Record<Guarantee, number> | null {
  const all = [...history.operations()].map(did);
  const dids = all.filter(({ ok, operation }) => ok || (operation.outcome === 'info' && operation.f !== 'read'));
  const writes = dids.filter(({ written }) => written !== null);
  const writersOf = (key: string, value: string) => writes.filter((w) => w.key === key && w.written === value);
  const START = 'null';
  for (const { key, written } of writes) {
    if (writersOf(key, written!).length > 1 || written === START) return null;
  }
  const source = (d: Did) => (d.read === null || d.read === START ? undefined : writersOf(d.key, d.read)[0]);
  const reads = dids.filter(({ read, ok }) => read !== null && ok);
  for (const r of reads) {
    if (r.read === START) continue;
    const w = source(r);
    if (w === undefined || w.operation.index > r.operation.end) return null;
  }
  const older = olderThan(writes, source);
  const isOlder = (r: Did, demanded: Did) => {
    const seen = source(r);
    return seen === undefined || (seen !== demanded && older.get(seen)!.has(demanded));
  };
  const before = (a: Did, b: Did) => a.process === b.process && a.operation.index < b.operation.index;
  const demands: Record<Guarantee, (r: Did) => (Did | undefined)[]> = {
    'read-your-writes': (r) => writes.filter((w) => w.ok && before(w, r)),
    'monotonic-reads': (r) => reads.filter((r0) => before(r0, r)).map(source),
    'monotonic-writes': (r) => othersSeen(r).flatMap((w2) => writes.filter((w) => w.ok && before(w, w2))),
    'writes-follow-reads': (r) => othersSeen(r).flatMap((w2) => reads.filter((r1) => before(r1, w2)).map(source)),
  };
  const othersSeen = (r: Did) =>
    reads
      .filter((r0) => before(r0, r))
      .flatMap((r0) => (source(r0) !== undefined && source(r0)!.process !== r.process ? [source(r0)!] : []));
  const breaks = (name: Guarantee, r: Did) =>
    demands[name](r).some((w) => w !== undefined && w.key === r.key && isOlder(r, w));
  const counts = Object.fromEntries(GUARANTEES.map((name) => [name, 0])) as Record<Guarantee, number>;
  for (const r of reads) {
    const broken = GUARANTEES.filter((name) => breaks(name, r));
    const basic = broken.filter((name) => name === 'read-your-writes' || name === 'monotonic-reads');
    for (const name of basic.length > 0 ? basic : broken) counts[name]++;
  }
  return counts;
}

/** The closure of: acknowledged before the other was invoked, or read by the cas that is the other. */
function olderThan(writes: readonly Did[], source: (d: Did) => Did | undefined): Map<Did, Set<Did>> {
  const older = new Map(writes.map((w) => [w, new Set<Did>()]));
  for (const a of writes) {
    for (const b of writes) {
      if (a.key !== b.key || a === b) continue;
      const inTime = a.ok && a.operation.end < b.operation.index;
      if (inTime || source(b) === a) older.get(a)!.add(b);
    }
  }
  for (const b of writes) {
    for (const a of writes) {
      if (!older.get(a)!.has(b)) continue;
      for (const c of older.get(b)!) older.get(a)!.add(c);
    }
  }
  return older;
}
