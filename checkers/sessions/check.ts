// Session guarantees of a history of registers: what each process may rely on, whatever the others see.
import type { Anomaly, Valid } from '../../framework/contracts/checker.js';
import type { History } from '../../framework/contracts/history.js';
import { impossibleRead } from '../sequential/explain.js';
import {
  type RegisterOperations,
  type RegisterOptions,
  registerOperations,
  repeatedValues,
} from '../sequential/operations.js';
import { RegisterWords } from '../sequential/words.js';
import { amount, capital } from '../shared/text.js';
import { explain } from './explain.js';
import { BROKEN, GUARANTEES, type Guarantee } from './guarantees.js';
import { type Judgement, judgeSessions } from './judge.js';

export interface SessionsOptions extends RegisterOptions {
  /** Asked now and then; true ends the check with `unknown`. */
  cancelled?: () => boolean;
}

export interface GuaranteeResult {
  valid: Valid;
  /** A clause. */
  reason: string;
  /** Reads that break it. */
  violations: number;
  /** The first of them. */
  anomaly?: Anomaly;
}

export interface SessionsResult {
  guarantees: Record<Guarantee, GuaranteeResult>;
  /** Reads of a value that nobody ever wrote, or not yet: then no guarantee holds. */
  impossible: { violations: number; anomaly?: Anomaly };
  /** Operations that happened or may have happened, but for those that nobody could notice. */
  operations: number;
  /** Reads, successful cas included, that were judged. */
  reads: number;
}

/**
 * Judges the four session guarantees (Terry et al., Session Guarantees for Weakly Consistent Replicated Data, 1994); a session
 * is a process. Of two versions of a key one is older when its write was acknowledged before the other's was invoked, when a
 * chain of successful cas leads from it to the other, and when that follows; the initial one is older than all. A read (or a
 * successful cas) breaks a guarantee when it returned a version that is older than one which had to be visible:
 * read-your-writes: an acknowledged write of the session itself; monotonic-reads: what the session had read; monotonic-writes:
 * an acknowledged write of another session that came before a write of it which the session had read; writes-follow-reads:
 * what that other session had read before that write. A read that breaks one of the first two is not held against the others.
 * Throws `ChaosError`: `model-function`, `model-value`.
 */
export function checkSessions(history: History, options: SessionsOptions = {}): SessionsResult {
  const operations = registerOperations(history, options);
  const judgement = judgeSessions(operations, () => options.cancelled?.() === true);
  const impossible = judgement?.impossible ?? 0;
  return {
    guarantees: resultsOf(operations, judgement),
    impossible: {
      violations: impossible,
      ...(judgement === null || impossible === 0 ? {} : { anomaly: explainImpossible(operations, judgement) }),
    },
    operations: operations.count,
    reads: judgement?.judged ?? 0,
  };
}

function resultsOf(operations: RegisterOperations, judgement: Judgement | null): SessionsResult['guarantees'] {
  const repeated = judgement !== null && judgement.ambiguous > 0 ? repeatedValues(operations) : null;
  const of = (name: Guarantee): GuaranteeResult => {
    if (judgement === null) return unknown('the check was stopped before it was done');
    const violations = judgement.violations[name];
    const first = judgement.first[name];
    if (first !== null) {
      const reason = `${BROKEN[name]} (${amount(violations, 'read')})`;
      return { valid: false, reason, violations, anomaly: explain(operations, judgement.order, name, first) };
    }
    if (judgement.impossible > 0) {
      const reason = `${amount(judgement.impossible, 'read')} returned what was never written, or not yet`;
      return { valid: false, reason, violations };
    }
    if (repeated !== null) return unknown(`${amount(judgement.ambiguous, 'read')} could not be judged: ${repeated}`);
    if (judgement.judged === 0) return unknown('no read succeeded');
    const sessions = amount(operations.sessions, 'process', 'processes');
    return { valid: true, reason: `holds for ${amount(judgement.judged, 'read')} of ${sessions}`, violations };
  };
  return {
    'read-your-writes': of('read-your-writes'),
    'monotonic-reads': of('monotonic-reads'),
    'monotonic-writes': of('monotonic-writes'),
    'writes-follow-reads': of('writes-follow-reads'),
  };
}

function unknown(reason: string): GuaranteeResult {
  return { valid: 'unknown', reason, violations: 0 };
}

function explainImpossible(operations: RegisterOperations, { firstImpossible }: Judgement): Anomaly {
  const unwritten = impossibleRead(operations, firstImpossible);
  if (unwritten !== null) return unwritten;
  const { history, row, key, reads, writer } = operations;
  const read = row[firstImpossible]!;
  const write = row[writer[reads[firstImpossible]!]!]!;
  const words = new RegisterWords(history, [read, write]);
  const name = history.keys[key[firstImpossible]! - 1];
  return {
    name: 'future-read',
    message: `${capital(words.actor(read))} ${words.did(read)} at ${words.end(read)}, before ${words.operation(write)} was invoked, at ${words.start(write)}.`,
    operations: [read, write].sort((a, b) => a - b),
    ...(name === undefined ? {} : { key: name }),
  };
}

/** Anomalies of some guarantees, the impossible one first. */
export function anomaliesOf(result: SessionsResult, names: readonly Guarantee[] = GUARANTEES): Anomaly[] {
  const found = [result.impossible, ...names.map((name) => result.guarantees[name])];
  return found.flatMap(({ anomaly }) => (anomaly === undefined ? [] : [anomaly]));
}
