import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../framework/contracts/operation.js';
import type { Random } from '../../framework/contracts/random.js';
import { createRandom } from '../../framework/time/random.js';
import { historyOf } from '../testing/script.js';
import { checkLinearizable } from './check.js';
import { type HistoryShape, randomHistory } from './testing/random-history.js';

const SHAPES: HistoryShape[] = [
  { processes: 4, operations: 40, values: 3, mix: [4, 2, 2], pending: 0.1, lies: 1, slow: 0.4 },
  { processes: 5, operations: 40, values: null, mix: [4, 2, 2], pending: 0.1, lies: 1, slow: 0.4 },
  { processes: 4, operations: 40, values: 3, mix: [4, 2, 2], pending: 0.1, lies: 2, slow: 0.4, keys: 3 },
];

const renumber = (events: HistoryEvent[]) => events.map((event, index) => ({ ...event, index }));

/** A pending operation of a new process, somewhere in the history. */
function withPending(random: Random, events: readonly HistoryEvent[], f: string, value: unknown): HistoryEvent[] {
  const at = random.int(events.length + 1);
  const { key } = events[at % events.length]!;
  const time = events[at]?.time ?? events.at(-1)!.time;
  const extra = {
    index: 0,
    time,
    process: 999,
    type: 'invoke' as const,
    f,
    value,
    ...(key === undefined ? {} : { key }),
  };
  return renumber([...events.slice(0, at), extra, ...events.slice(at)]);
}

const CHANGES: Record<string, (events: readonly HistoryEvent[], random: Random) => HistoryEvent[]> = {
  'shuffling the numbers of processes': (events, random) => {
    const processes = [...new Set(events.map(({ process }) => process))];
    const shuffled = random.shuffle(processes);
    return events.map((event) => ({ ...event, process: shuffled[processes.indexOf(event.process)]! }));
  },
  'adding a pending read': (events, random) => withPending(random, events, 'read', null),
  'adding a pending write of a new value': (events, random) => withPending(random, events, 'write', 'new'),
  'adding a pending cas from a value that never was': (events, random) => withPending(random, events, 'cas', ['x', 0]),
  'moving all times': (events) => events.map((event) => ({ ...event, time: event.time + 1e9 })),
  'renaming values': (events) => {
    const rename = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(rename) : typeof value === 'number' ? `v${value}` : value;
    return events.map((event) => ({ ...event, value: rename(event.value) }));
  },
};

describe('what must not change a verdict', () => {
  it.each(Object.keys(CHANGES))('%s', (name) => {
    const seen = new Set<unknown>();
    for (const [s, shape] of SHAPES.entries()) {
      for (let seed = 0; seed < 60; seed++) {
        const random = createRandom(seed, name, s);
        const history = randomHistory(random, shape);
        const events = Array.from({ length: history.length }, (_, row) => history.event(row));
        const before = checkLinearizable(history);
        const after = checkLinearizable(historyOf(CHANGES[name]!(events, random)));
        expect(after.valid, `shape ${s}, seed ${seed}`).toBe(before.valid);
        expect(after.anomalies.length, `shape ${s}, seed ${seed}`).toBe(before.anomalies.length);
        seen.add(before.valid);
      }
    }
    expect(seen).toEqual(new Set([true, false]));
  });
});
