// Says in a sentence what cannot be put in order.
import type { Anomaly } from '../../framework/contracts/checker.js';
import { amount, capital, list, show } from '../shared/text.js';
import { failedSource } from './failed-source.js';
import { NONE, type RegisterOperations } from './operations.js';
import { stepsOf } from './steps.js';
import type { Witness } from './witness.js';
import { RegisterWords } from './words.js';

/** Operations that the sentence names one by one. */
const MOST_NAMED = 10;

export function explain(operations: RegisterOperations, witness: Witness): Anomaly {
  const { required, irreducible, rechecked } = witness;
  const steps = stepsOf(operations, required);
  const evidence = {
    witness: required.map((i) => operations.row[i]!),
    irreducible,
    rechecked,
    ...(steps.length === 0 ? {} : { steps }),
  };
  const [only] = required;
  const impossible = required.length === 1 ? impossibleRead(operations, only!) : null;
  if (impossible !== null) return { ...impossible, evidence };
  const keys = new Set(required.map((i) => operations.key[i]!));
  const [key] = keys.size === 1 ? keys : [0];
  const name = operations.history.keys[key! - 1];
  return {
    name: 'not-sequentially-consistent',
    message: sentence(operations, required),
    operations: evidence.witness,
    ...(name === undefined ? {} : { key: name }),
    evidence,
  };
}

/** The anomaly of an operation that read what nobody ever wrote; null: somebody did. */
export function impossibleRead(operations: RegisterOperations, i: number): Anomaly | null {
  const { history, row, key, reads, sources, versions } = operations;
  const version = reads[i]!;
  if (version === NONE || sources[version]! > 0) return null;
  const failed = failedSource(operations, version);
  const rows = failed === NONE ? [row[i]!] : [failed, row[i]!].sort((a, b) => a - b);
  const words = new RegisterWords(history, rows);
  const seen = `${capital(words.actor(row[i]!))} ${words.did(row[i]!)} at ${words.end(row[i]!)}`;
  const name = history.keys[key[i]! - 1];
  return {
    name: failed === NONE ? 'unwritten-value' : 'aborted-read',
    message:
      failed === NONE
        ? `${seen}, but nobody ever wrote ${show(versions.value(version))}${name === undefined ? '' : ` to ${name}`}.`
        : `${seen}, but only ${words.operation(failed)} had tried to write that, and it failed, at ${words.end(failed)}.`,
    operations: rows,
    ...(name === undefined ? {} : { key: name }),
  };
}

function sentence(operations: RegisterOperations, required: readonly number[]): string {
  const { row, session } = operations;
  const words = new RegisterWords(
    operations.history,
    required.map((i) => row[i]!),
  );
  const bySession = new Map<number, number[]>();
  for (const i of required) bySession.set(session[i]!, [...(bySession.get(session[i]!) ?? []), row[i]!]);
  const shown = [...bySession.values()];
  const once = readsFromOutside(operations, required) ? ', since each of these values was written only once' : '';
  if (required.length > MOST_NAMED) {
    const first = list(required.slice(0, 3).map((i) => `${words.operation(row[i]!)} at ${words.start(row[i]!)}`));
    const many = `${amount(required.length, 'operation')} of ${amount(shown.length, 'process', 'processes')}`;
    return `No single order of ${many}, the first being ${first}, explains what each process saw${once}.`;
  }
  const told = shown.map((mine) => `${words.actor(mine[0]!)} ${deeds(words, mine)}`).join('; ');
  const nothing =
    shown.length === 1
      ? 'nothing that others did explains that'
      : "no single order of these operations, each process's own in the order in which it did them, explains what they saw";
  return `${capital(told)}: ${nothing}${once}.`;
}

/** `wrote 1 to x at 0.001 s, then read null from y at 0.003 s`. */
function deeds(words: RegisterWords, rows: readonly number[]): string {
  return rows.map((row) => `${words.did(row)} at ${words.start(row)}`).join(', then ');
}

/** Some of what was read was written by an operation that is not among these. */
function readsFromOutside({ reads, writer, sources }: RegisterOperations, required: readonly number[]): boolean {
  return required.some((i) => {
    const version = reads[i]!;
    return (
      version !== NONE && sources[version] === 1 && writer[version] !== NONE && !required.includes(writer[version]!)
    );
  });
}
