import { describe, expect, it } from 'vitest';
import { among } from '../shared/testing/message-table.js';
import { read, readOk as value, write } from '../shared/testing/register-table.js';
import type { DynamoOptions } from './options.js';
import { Bench } from './testing/bench.js';

/** What clients call `x`. */
const X = '"x"';

describe('a node that missed a write', () => {
  /** n3 was cut off while n1 wrote; it is a home node of everything. */
  function missed(options: Partial<DynamoOptions>): Bench {
    const bench = new Bench(3, { 'anti-entropy': 'off', ...options });
    const wrote = bench.ask('n1', write('a'));
    for (let tick = 0; tick < 9; tick++) {
      bench.fire('n1', 'resend');
      bench.deliverOnly(among('n1', 'n2'));
    }
    expect(wrote()).toMatchObject({ type: 'write_ok' });
    return bench;
  }

  it('has it repaired by the next read', () => {
    const bench = missed({ hints: false });
    expect(bench.answer('n2', read())).toEqual(value('a'));
    bench.fire('n2', 'resend');
    bench.deliver();
    expect(bench.held('n3', X)).toEqual(['a']);
  });

  it.each([{ bug: 'no-read-repair' }, { 'read-repair': false }] as Partial<DynamoOptions>[])(
    'has not with %j',
    (options) => {
      const bench = missed({ hints: false, ...options });
      for (const name of bench.names) bench.answer(name, read());
      bench.calm();
      expect(bench.held('n3', X)).toEqual([]);
    },
  );

  it('is handed the hint that the coordinator kept, also when that has restarted', () => {
    const bench = missed({});
    expect(bench.node('n1').core.replica.entry(X)?.owed).toEqual(['n3']);
    bench.kill('n1');
    bench.start('n1');
    bench.calm();
    expect(bench.held('n3', X)).toEqual(['a']);
    expect(bench.node('n1').core.replica.entry(X)?.owed).toEqual([]);
  });

  it.each(['pull', 'push', 'push-pull'] as const)('is found by Merkle trees (%s), which then are silent', (mode) => {
    const bench = missed({ hints: false, 'anti-entropy': mode });
    for (let round = 0; round < 20; round++) {
      bench.fireAll('gossip');
      bench.deliver();
    }
    expect(bench.held('n3', X)).toEqual(['a']);
    bench.sent.length = 0;
    bench.fireAll('gossip');
    bench.deliver();
    expect(bench.sent.map((message) => message.body.type)).toEqual(['compare', 'compare', 'compare']);
    bench.fireAll('report');
    expect(new Set(bench.names.map((name) => bench.report(name)?.['digest'])).size).toBe(1);
  });
});

describe('a sloppy quorum', () => {
  function cutOff(options: Partial<DynamoOptions> = {}): { bench: Bench; outside: string[]; homes: readonly string[] } {
    const bench = new Bench(5, { quorum: 'sloppy', 'anti-entropy': 'off', 'read-repair': false, ...options });
    const homes = bench.homes(X);
    const outside = bench.others(...homes);
    const wrote = bench.ask(outside[0]!, write('a'));
    for (let tick = 0; tick < 9; tick++) {
      bench.fire(outside[0]!, 'resend');
      bench.deliverOnly(among(...outside));
    }
    expect(wrote()).toMatchObject({ type: 'write_ok' });
    for (const home of homes) expect(bench.held(home, X)).toEqual([]);
    return { bench, outside, homes };
  }

  it('takes writes far from all home nodes, which get them later', () => {
    const { bench, homes, outside } = cutOff();
    for (const node of outside) {
      bench.kill(node);
      bench.start(node);
    }
    bench.calm();
    for (const home of homes) expect(bench.held(home, X)).toEqual(['a']);
    for (const node of outside) expect(bench.node(node).core.replica.hasDebts).toBe(false);
  });

  it('does not show a process its own write when home nodes are back', () => {
    const { bench, homes } = cutOff();
    expect(bench.answer(homes[0]!, read())).toMatchObject({ code: 20 });
  });

  it('with the bug drop-hint never tells them', () => {
    const { bench, homes } = cutOff({ bug: 'drop-hint' });
    bench.calm();
    for (const home of homes) expect(bench.held(home, X)).toEqual([]);
  });
});
