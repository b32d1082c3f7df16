import { describe, expect, it } from 'vitest';
import type { History } from '../../../framework/contracts/history.js';
import type { HistoryEvent } from '../../../framework/contracts/operation.js';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import { historyOf } from '../../testing/script.js';
import { checkLinearizable } from '../check.js';
import { initialOf, randomOf } from '../testing/random-model.js';
import type { AnyModel } from './model.js';
import { MODELS } from './table.js';

type Change = (events: readonly HistoryEvent[], random: Random, model: AnyModel) => HistoryEvent[];

const eventsOf = (history: History) => Array.from({ length: history.length }, (_, row) => history.event(row));
const renumbered = (events: HistoryEvent[]) => events.map((event, index) => ({ ...event, index }));

/** A call of the function that the model can make sense of. */
const INPUTS: Readonly<Record<string, unknown>> = { 'log read': 0, 'set contains': 1, 'grow-only-set contains': 1 };

const PURE = 'adding a pending pure operation';

const pureFunctions = (functions: AnyModel['functions']) =>
  Object.keys(functions).filter((f) => functions[f]!.pure === true);

const CHANGES: Record<string, Change> = {
  'shuffling the numbers of processes': (events, random) => {
    const processes = [...new Set(events.map(({ process }) => process))];
    const shuffled = random.shuffle(processes);
    return events.map((event) => ({ ...event, process: shuffled[processes.indexOf(event.process)]! }));
  },
  'giving everything a key': (events) => events.map((event) => ({ ...event, key: 'k' })),
  'moving all times': (events) => events.map((event) => ({ ...event, time: event.time + 1e9 })),
  [PURE]: (events, random, { name, functions }) => {
    const f = random.pick(pureFunctions(functions));
    const value = INPUTS[`${name} ${f}`] ?? null;
    const at = random.int(events.length + 1);
    const time = events[at]?.time ?? events.at(-1)?.time ?? 0;
    const extra: HistoryEvent = { index: 0, time, process: 999, type: 'invoke', f, value };
    return renumbered([...events.slice(0, at), extra, ...events.slice(at)]);
  },
  'putting another history on a key of its own beside it': (events) => {
    const other = events.map((event) => ({ ...event, key: 'b', process: (event.process as number) + 1000 }));
    return renumbered(events.flatMap((event, i) => [{ ...event, key: 'a' }, other[i]!]));
  },
};

/** The same history, but one completed operation never returned: what it did is optional now. Its process is replaced. */
function relaxed(history: History, row: number): History {
  const { end, process } = history.operation(row);
  const events = eventsOf(history).filter(({ index }) => index !== end);
  const renamed = events.map((event) =>
    event.process === process && event.index > end ? { ...event, process: 999 } : event,
  );
  return historyOf(renumbered(renamed));
}

describe.each(MODELS.map((model) => [model.name, model] as const))('%s', (name, model) => {
  const initial = initialOf(name);
  const judge = (history: History) => checkLinearizable(history, { model, initial });

  const hasPure = pureFunctions(model.functions).length > 0;

  it.each(Object.keys(CHANGES).filter((change) => change !== PURE || hasPure))(
    'keeps its verdict after %s',
    (change) => {
      const seen = new Set<unknown>();
      for (let seed = 0; seed < 150; seed++) {
        const random = createRandom(seed, change);
        const history = randomOf(name, random, seed);
        const changed = CHANGES[change]!(eventsOf(history), random, model);
        const before = judge(history);
        expect(judge(historyOf(changed)).valid, `seed ${seed}`).toBe(before.valid);
        seen.add(before.valid);
      }
      expect(seen).toEqual(new Set([true, false]));
    },
  );

  const owned = Object.values(model.functions).some((one) => one.owned === true);

  // Where owners matter, a process that is replaced loses what it holds.
  if (owned) return;
  it('is still invalid when an operation outside the witness is taken back', () => {
    let tried = 0;
    for (let seed = 0; seed < 150; seed++) {
      const history = randomOf(name, createRandom(seed, 'taken back'), seed);
      const [anomaly] = judge(history).anomalies;
      if (anomaly === undefined) continue;
      const { witness } = anomaly.evidence as { witness: number[] };
      for (const { f, index, outcome } of history.operations()) {
        // Without a result, what an operation took out could have been anything.
        const { observes, pure } = model.functions[f]!;
        if (outcome !== 'ok' || witness.includes(index) || (observes !== 'input' && pure !== true)) continue;
        tried++;
        const after = judge(relaxed(history, index));
        expect(after.valid, `seed ${seed}, without ${index}`).toBe(false);
        expect(after.anomalies).toHaveLength(1);
      }
    }
    expect(tried).toBeGreaterThan(20);
  });
});
