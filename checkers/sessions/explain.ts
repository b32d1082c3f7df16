// Says in a sentence which read broke a guarantee, and what it should have shown.
import type { Anomaly } from '../../framework/contracts/checker.js';
import { NONE, type RegisterOperations } from '../sequential/operations.js';
import { RegisterWords } from '../sequential/words.js';
import { capital, show } from '../shared/text.js';
import type { Guarantee } from './guarantees.js';
import type { Violation } from './judge.js';
import type { VersionOrder } from './version-order.js';

interface Parts {
  operations: RegisterOperations;
  words: RegisterWords;
  violation: Violation;
}

const rowOf = ({ operations }: Parts, i: number) => operations.row[i]!;

/** What the session, or another one, had done before, by guarantee. */
const ALTHOUGH: Readonly<Record<Guarantee, (parts: Parts) => string>> = {
  'read-your-writes': (parts) => {
    const { words, violation } = parts;
    const write = rowOf(parts, violation.write);
    return `it had itself ${words.had(write)}, acknowledged at ${words.end(write)}`;
  },
  'monotonic-reads': (parts) => {
    const { words, violation } = parts;
    const at = rowOf(parts, violation.at);
    return `it had ${words.had(at)} before, at ${words.end(at)}`;
  },
  'monotonic-writes': (parts) => {
    const { words, violation } = parts;
    const through = rowOf(parts, violation.through);
    return `${followed(parts)} after it had ${words.had(through)}, acknowledged at ${words.end(through)}`;
  },
  'writes-follow-reads': (parts) => {
    const { words, violation } = parts;
    const through = rowOf(parts, violation.through);
    return `${followed(parts)} after it had ${words.had(through)}, at ${words.end(through)}`;
  },
};

/** `it had read 5 from y at 0.003 s, which process 1 had written`. */
function followed(parts: Parts): string {
  const { operations, words, violation } = parts;
  const at = rowOf(parts, violation.at);
  const source = rowOf(parts, operations.writer[operations.reads[violation.at]!]!);
  return `it had ${words.had(at)} at ${words.end(at)}, which ${words.actor(source)} wrote`;
}

export function explain(
  operations: RegisterOperations,
  order: VersionOrder,
  name: Guarantee,
  violation: Violation,
): Anomaly {
  const { history, row, key, reads, writer } = operations;
  const { read, write, at, through } = violation;
  const seen = writer[reads[read]!]!;
  const proof = witness(operations, name, violation);
  const rows = (list: readonly number[]) =>
    [...new Set(list.filter((i) => i !== NONE).map((i) => row[i]!))].sort((a, b) => a - b);
  const words = new RegisterWords(history, rows([...proof, seen, write, at, through]));
  const parts = { operations, words, violation };
  const keyName = history.keys[key[read]! - 1];
  const what = `${capital(words.actor(row[read]!))} ${words.did(row[read]!)} at ${words.end(row[read]!)}`;
  return {
    name,
    message: `${what}, although ${ALTHOUGH[name](parts)}: ${older(parts, order, seen)}.`,
    operations: rows(proof),
    ...(keyName === undefined ? {} : { key: keyName }),
    evidence: { read: row[read]!, older: seen === NONE ? null : row[seen]!, newer: row[write]! },
  };
}

/** At most four operations that prove it. */
function witness(
  { reads, writer }: RegisterOperations,
  name: Guarantee,
  { read, write, at, through }: Violation,
): number[] {
  const seen = writer[reads[read]!]!;
  if (name === 'read-your-writes') return [seen, write, read];
  if (name === 'monotonic-reads') return [seen, write, at, read];
  return [through, writer[reads[at]!]!, at, read];
}

/** Why what was read is older than what should have been seen. */
function older(parts: Parts, order: VersionOrder, seen: number): string {
  const { operations, words, violation } = parts;
  const { versions, reads, writes } = operations;
  const old = show(versions.value(reads[violation.read]!));
  const fresh = show(versions.value(writes[violation.write]!));
  if (seen === NONE) return `${old} is the initial value, older than ${fresh}`;
  const [was, is] = [rowOf(parts, seen), rowOf(parts, violation.write)];
  if (order.isAcknowledgedBefore(seen, violation.write)) {
    return `${old} is older, for ${words.operation(was)} was acknowledged at ${words.end(was)}, before ${words.operation(is)} was invoked, at ${words.start(is)}`;
  }
  return `${old} is older, for compare-and-sets lead on from it to ${fresh}, or to writes before that`;
}
