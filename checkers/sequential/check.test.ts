import { describe, expect, it } from 'vitest';
import { registerHistory } from '../../bench/histories/registers.js';
import type { HistoryEvent } from '../../framework/contracts/operation.js';
import type { Random } from '../../framework/contracts/random.js';
import { createRandom } from '../../framework/time/random.js';
import { checkLinearizable } from '../linearizable/check.js';
import { historyOf, judge, names, Script } from '../testing/script.js';
import { isSequentiallyConsistent } from './brute-force.js';
import { checkSequential } from './check.js';
import sequential from './index.js';
import { type RegisterOperations, registerOperations } from './operations.js';
import { bruteForce } from './testing/judged.js';
import { laggingHistory } from './testing/lagging-history.js';
import { type RandomShape, randomHistory } from './testing/random-history.js';
import { judgedOperations } from './witness.js';

function randomShape(random: Random): RandomShape {
  return {
    processes: 2 + random.int(3),
    operations: 4 + random.int(7),
    keys: 1 + random.int(3),
    values: random.chance(0.6) ? null : 2 + random.int(3),
    mix: random.pick([
      [3, 2, 0],
      [3, 2, 2],
      [5, 3, 1],
      [1, 1, 3],
    ]),
    pending: random.pick([0, 0.2, 0.4]),
    lies: random.pick([0, 0.1, 0.3, 1]),
    slow: random.pick([0, 0.5]),
  };
}

/** Whether the operations (by event index), with the others relaxed, have an order: the definition, by brute force. */
function canBeOrdered(operations: RegisterOperations, rows: readonly number[]): boolean {
  const required = [...operations.row.keys()].filter((i) => rows.includes(operations.row[i]!));
  return isSequentiallyConsistent(judgedOperations(operations, required), 'null');
}

describe('checkSequential', () => {
  it('agrees with the brute-force judge, and its evidence is irreducible', () => {
    const seen = { valid: 0, invalid: 0, searched: 0 };
    for (let seed = 0; seed < 2000; seed++) {
      const random = createRandom(seed, 'sequential');
      const shape = randomShape(random);
      const history = randomHistory(random, shape);
      const result = checkSequential(history);
      const expected = bruteForce(history);
      expect(result.valid, `seed ${seed}`).toBe(expected);
      if (shape.lies === 0) expect(expected, `seed ${seed}`).toBe(true);
      if (result.configurations > 0) seen.searched++;
      if (expected) {
        seen.valid++;
        continue;
      }
      seen.invalid++;
      const [anomaly] = result.anomalies;
      const { witness } = anomaly!.evidence as { witness: number[] };
      expect(anomaly!.evidence, `seed ${seed}`).toMatchObject({ irreducible: true, rechecked: true });
      const operations = registerOperations(history);
      expect(canBeOrdered(operations, witness), `seed ${seed}`).toBe(false);
      for (const row of witness) {
        const less = witness.filter((one) => one !== row);
        expect(canBeOrdered(operations, less), `seed ${seed} without ${row}`).toBe(true);
      }
    }
    expect(seen.valid).toBeGreaterThan(1000);
    expect(seen.invalid).toBeGreaterThan(250);
    expect(seen.searched).toBeGreaterThan(10);
  });

  it('gives an order that explains the history', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = createRandom(seed, 'order');
      const shape: RandomShape = { ...randomShape(random), operations: 60, lies: 0, pending: 0.1, values: null };
      const history = randomHistory(random, shape);
      const { valid, order } = checkSequential(history);
      expect(valid, `seed ${seed}`).toBe(true);
      const state = new Map<unknown, unknown>();
      const last = new Map<number, number>();
      for (const row of order!) {
        const { f, key, asked, value, process, outcome } = history.operation(row);
        const [from, to] = f === 'cas' ? (asked as [unknown, unknown]) : [value, asked];
        if (f !== 'write') expect(state.get(key) ?? null, `seed ${seed}, ${row}`).toBe(from);
        if (f !== 'read') state.set(key, to);
        expect(row, `seed ${seed}`).toBeGreaterThan(outcome === 'ok' ? (last.get(process) ?? -1) : -1);
        if (outcome === 'ok') last.set(process, row);
      }
      const completed = [...history.operations()].filter(({ outcome }) => outcome === 'ok').map(({ index }) => index);
      expect([...order!]).toEqual(expect.arrayContaining(completed));
    }
  });

  it('holds for every linearizable history, at once and without a search', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed, 'linearizable');
      const load = { operations: 400, clients: 2 + random.int(12), values: null, reads: 0.5, cas: 0.2, lie: null };
      const history = registerHistory(random, { ...load, crashed: random.pick([0, 0.05]), keys: 1 + random.int(4) });
      expect(checkLinearizable(history).valid, `seed ${seed}`).toBe(true);
      const { valid, configurations } = checkSequential(history, { cells: 0 });
      expect([valid, configurations], `seed ${seed}`).toEqual([true, 0]);
    }
  });

  it('finds the order of copies that lag behind, where no order by the clock will do', () => {
    let linearizable = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = createRandom(seed, 'lagging');
      const history = laggingHistory(random, {
        operations: 600,
        threads: 2 + random.int(6),
        keys: 1 + random.int(5),
        lag: 2 + random.int(30),
        cas: random.pick([0, 0.1, 0.3]),
        crashed: random.pick([0, 0.01, 0.03]),
      });
      if (checkLinearizable(history).valid === true) linearizable++;
      const { valid, configurations } = checkSequential(history);
      expect(valid, `seed ${seed}`).toBe(true);
      expect(configurations, `seed ${seed}`).toBeLessThan(5000);
    }
    expect(linearizable).toBeLessThan(5);
  });

  it('finds a lie among many operations, and shows a few of them', () => {
    const load = { operations: 20_000, clients: 10, values: null, reads: 0.5, cas: 0.1, crashed: 0, lie: 0.5, keys: 3 };
    const result = checkSequential(registerHistory(createRandom(3, 'lie'), load));
    expect(result.valid).toBe(false);
    const { witness } = result.anomalies[0]!.evidence as { witness: number[] };
    expect(witness.length).toBeLessThanOrEqual(8);
    expect(result.anomalies[0]!.evidence).toMatchObject({ irreducible: true, rechecked: true });
  });

  it('looks at windows where the constraints do not fit, and does not say more than it found', () => {
    const near = new Script();
    const far = new Script();
    for (const script of [near, far]) {
      if (script === far) script.did(1, 'write', 'old').did(1, 'write', 'newer').did(2, 'read', null, 'newer');
      for (let i = 0; i < 3000; i++) script.did(0, i % 2 === 0 ? 'write' : 'read', i % 2 === 0 ? i : null, i - (i % 2));
      if (script === far) script.did(2, 'read', null, 'old');
      else script.did(1, 'read', null, 2998).did(1, 'read', null, 2996);
    }
    expect(checkSequential(near.history(), { cells: 5000 })).toMatchObject({ valid: false });
    expect(checkSequential(near.history())).toMatchObject({ valid: false });
    expect(checkSequential(far.history())).toMatchObject({ valid: false });
    expect(checkSequential(far.history(), { cells: 100 })).toMatchObject({
      valid: 'unknown',
      reason:
        'neither an order nor a contradiction was found: the constraints do not fit into memory (3004 operations by 3 processes)',
    });
  });
});

const renumber = (events: readonly HistoryEvent[]) => events.map((event, index) => ({ ...event, index }));

const CHANGES: Record<string, (events: readonly HistoryEvent[], random: Random) => HistoryEvent[]> = {
  'shuffling the numbers of processes': (events, random) => {
    const processes = [...new Set(events.map(({ process }) => process))];
    const shuffled = random.shuffle(processes);
    return events.map((event) => ({ ...event, process: shuffled[processes.indexOf(event.process)]! }));
  },
  'renaming keys': (events) => events.map((event) => ({ ...event, key: `other-${event.key}` })),
  'renaming values': (events) => {
    const rename = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(rename) : typeof value === 'number' ? { v: `v${value}` } : value;
    return events.map((event) => ({ ...event, value: rename(event.value) }));
  },
  'adding a pending read': (events, random) => {
    const at = random.int(events.length + 1);
    const extra = { ...events[at % events.length]!, process: 999, type: 'invoke', f: 'read', value: null } as const;
    return renumber([...events.slice(0, at), extra, ...events.slice(at)]);
  },
  'adding a pending write of a new value': (events, random) => {
    const at = random.int(events.length + 1);
    const extra = { ...events[at % events.length]!, process: 999, type: 'invoke', f: 'write', value: 'new' } as const;
    return renumber([...events.slice(0, at), extra, ...events.slice(at)]);
  },
  // Only the order of each process's own operations counts.
  'letting one process after the other do its operations': (events, random) => {
    const processes = random.shuffle([...new Set(events.map(({ process }) => process))]);
    return renumber(processes.flatMap((process) => events.filter((event) => event.process === process)));
  },
};

describe('what must not change a verdict of sequential consistency', () => {
  it.each(Object.keys(CHANGES))('%s', (name) => {
    const seen = new Set<unknown>();
    for (let seed = 0; seed < 150; seed++) {
      const random = createRandom(seed, name);
      const history = randomHistory(random, { ...randomShape(random), operations: 25, pending: 0.1, lies: 0.05 });
      const events = Array.from({ length: history.length }, (_, row) => history.event(row));
      const before = checkSequential(history);
      const after = checkSequential(historyOf(CHANGES[name]!(events, random)));
      expect(after.valid, `seed ${seed}`).toBe(before.valid);
      seen.add(before.valid);
    }
    expect(seen).toEqual(new Set([true, false]));
  });
});

describe('sequential', () => {
  it('names the operations, their processes and times', () => {
    const script = new Script()
      .did(0, 'write', 1, 1, { key: 'x' })
      .did(1, 'write', 2, 2, { key: 'y' })
      .did(0, 'read', null, null, { key: 'y' })
      .did(1, 'read', null, null, { key: 'x' });
    const verdict = judge(sequential, script);
    expect(verdict).toMatchObject({
      valid: false,
      reason: 'no single order of the operations explains what every process saw',
      details: { operations: 4, configurations: 0 },
    });
    expect(verdict.anomalies).toEqual([
      {
        name: 'not-sequentially-consistent',
        message:
          "Process 0 on n1 wrote 1 to x at 0.000 s, then read null from y at 0.004 s; process 1 on n2 wrote 2 to y at 0.002 s, then read null from x at 0.006 s: no single order of these operations, each process's own in the order in which it did them, explains what they saw.",
        operations: [0, 2, 4, 6],
        evidence: {
          witness: [0, 2, 4, 6],
          irreducible: true,
          rechecked: true,
          steps: [
            'The read of x by process 1 on n2 (0.006 s) comes before the write of 1 to x by process 0 on n1 (0.000 s), which overwrites the initial value that it saw.',
            'The read of y by process 0 on n1 (0.004 s) comes before the write of 2 to y by process 1 on n2 (0.002 s), which overwrites the initial value that it saw.',
          ],
        },
      },
    ]);
  });

  it('says when a value was never written, or only by what failed', () => {
    const never = judge(
      sequential,
      new Script().did(0, 'write', 1, 1, { key: 'x' }).did(1, 'read', null, 7, { key: 'x' }),
    );
    expect(never.anomalies).toMatchObject([
      {
        name: 'unwritten-value',
        message: 'Process 1 on n2 read 7 from x at 0.003 s, but nobody ever wrote 7 to x.',
        operations: [2],
        key: 'x',
      },
    ]);
    const failed = judge(sequential, new Script().invoke(0, 'write', 7).fail(0).did(1, 'read', null, 7));
    expect(failed.anomalies).toMatchObject([
      {
        name: 'aborted-read',
        message:
          'Process 1 on n2 read 7 at 0.003 s, but only the write of 7 by process 0 on n1 had tried to write that, and it failed, at 0.001 s.',
        operations: [0, 2],
      },
    ]);
  });

  it('gives up at its budget and says why the history is hard', () => {
    // Each of these cas among few values could come next; none of them leads to 8 or 9, which only cas from each other leave.
    const script = new Script();
    const edges = [0, 1, 2, 3, 4].flatMap((from) => [1, 2, 3].map((by) => [from, (from + by) % 5]));
    for (const [process, edge] of [...edges, [8, 9], [9, 8], [8, 9], [9, 8]].entries())
      script.did(process, 'cas', edge);
    script.did(90, 'write', 0).did(91, 'write', 0);
    const verdict = judge(sequential, script, { with: { budget: 50 } });
    expect(verdict).toMatchObject({ valid: 'unknown', anomalies: [] });
    expect(verdict.reason).toMatch(
      /^neither an order nor a contradiction was found: the budget of the search ran out after 50 writes, and 0 was written more than once \(as were 6 other values that were read\), so nobody can tell which write a read of it saw$/,
    );
  });

  it('stops when it is asked to', () => {
    const verdict = judge(sequential, new Script().did(0, 'write', 1), { cancelled: () => true });
    expect(verdict).toMatchObject({ valid: 'unknown', reason: 'the check was stopped before it was done' });
  });

  it('refuses what is no register', () => {
    expect(() => judge(sequential, new Script().did(0, 'enqueue', 1))).toThrow(/a register has no function enqueue/);
    expect(() => judge(sequential, new Script().did(0, 'cas', 1))).toThrow(/a cas takes \[from, to\], not 1/);
  });

  it('passes a clean history', () => {
    const verdict = judge(sequential, new Script().did(0, 'write', 1).did(1, 'read', null, 1));
    expect(names(verdict)).toEqual([]);
    expect(verdict).toMatchObject({
      valid: true,
      reason: '2 operations on 1 key by 2 processes can be put in one order',
    });
  });
});
