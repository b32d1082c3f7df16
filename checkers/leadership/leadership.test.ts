import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import { type HistoryEvent, NEMESIS } from '../../framework/contracts/operation.js';
import { NS_PER_S } from '../../framework/contracts/time.js';
import { historyOf, judge, names, Script } from '../testing/script.js';
import leadership from './index.js';

const at = (second: number) => Math.round(second * NS_PER_S);
const NODES = ['n1', 'n2', 'n3'];

const says = (second: number, node: string, state: Record<string, unknown>): NodeEvent => ({
  time: at(second),
  node,
  kind: 'report',
  state,
});
const led = (second: number, node: string, term: number) => says(second, node, { role: 'leader', term, leader: node });
const follows = (second: number, node: string, term: number, leader: string | null = null) =>
  says(second, node, { role: 'follower', term, leader });
const started = (second: number, node: string): NodeEvent => ({ time: at(second), node, kind: 'start' });
const exited = (second: number, node: string): NodeEvent => ({
  time: at(second),
  node,
  kind: 'exit',
  fault: true,
  detail: '',
  lines: [],
});
const allStarted = () => NODES.map((node) => started(0, node));

interface Fault {
  name: string;
  from: number;
  to: number;
  targets?: string[];
  cuts?: [string, string][];
}

/** Thirty seconds with these faults. */
function history(faults: readonly Fault[] = [], end = 30) {
  const lines = faults.flatMap(({ name, from, to, targets = [], cuts }, id) => {
    const line = (phase: string, second: number) => {
      const time = at(second);
      const injection = cuts === undefined ? {} : { injection: { targets, cuts } };
      return { time, f: name, value: { id, phase, targets, requested: time, effective: time, ...injection } };
    };
    return [line('inject', from), line('heal', to)];
  });
  lines.push({ time: at(end), f: 'phase', value: { phase: 'end' } as never });
  lines.sort((a, b) => a.time - b.time);
  return historyOf(lines.map((line, index): HistoryEvent => ({ index, process: NEMESIS, type: 'info', ...line })));
}

const check = (events: NodeEvent[], faults: readonly Fault[] = [], within?: number) =>
  judge(leadership, history(faults), {
    events: [...events].sort((a, b) => a.time - b.time),
    nodes: NODES,
    ...(within === undefined ? {} : { with: { within } }),
  });

/** Cuts one node from the two others, both ways. */
const isolated = (node: string): [string, string][] =>
  NODES.filter((other) => other !== node).flatMap((other): [string, string][] => [
    [node, other],
    [other, node],
  ]);

const begun = () => [...allStarted(), led(0.5, 'n1', 1)];

describe('leadership', () => {
  it('measures how long it took to replace leaders that stopped, were paused, cut off or deposed', () => {
    const events = [
      ...begun(),
      exited(5, 'n1'),
      led(5.3, 'n2', 2),
      started(7, 'n1'),
      led(10.4, 'n3', 3),
      led(15.5, 'n1', 4),
      follows(20, 'n1', 5),
      led(20.1, 'n2', 5),
    ];
    const faults = [
      { name: 'pause', from: 10, to: 12, targets: ['n2'] },
      { name: 'partition', from: 15, to: 17, targets: ['n3'], cuts: isolated('n3') },
    ];
    expect(check(events, faults)).toMatchObject({
      valid: true,
      reason: '5 terms, one leader each; 4 lost leaders replaced, 300 ms in the median',
      details: {
        terms: 5,
        first: 500,
        lost: 4,
        byCause: { stopped: 1, paused: 1, 'cut off': 1, 'stepped down': 1 },
        replaced: 4,
        kept: 0,
        open: 0,
        unprovoked: 0,
        milliseconds: { min: 100, median: 300, p95: 500, max: 500 },
      },
    });
  });

  it('finds a leader that is replaced too late', () => {
    const events = [...begun(), exited(5, 'n1'), led(9, 'n2', 2)];
    const verdict = check(events, [], 3000);
    expect(verdict.anomalies).toEqual([
      {
        name: 'slow-election',
        message:
          'n1, the leader of term 1, stopped at 5.000 s, and n2 led term 2 only from 9.000 s on, though for 4 s a majority could talk to each other and no fault began or ended; 3 s were allowed.',
        evidence: {
          cause: 'stopped',
          lost: at(5),
          until: at(9),
          calm: at(4),
          term: 1,
          successor: { node: 'n2', term: 2 },
        },
      },
    ]);
    expect(check(events, [], 4000).valid).toBe(true);
    expect(check(events).valid).toBe(true);
  });

  it('finds a cluster that never has a leader again, and one that waits for the old one', () => {
    const never = check([...begun(), exited(5, 'n1')], [], 3000);
    expect(never.anomalies[0]!.message).toContain('nobody led when the run ended, though for 25 s');
    expect(never.details).toMatchObject({ open: 1, replaced: 0, milliseconds: null });
    const waited = check(begun(), [{ name: 'pause', from: 5, to: 10, targets: ['n1'] }], 3000);
    expect(names(waited)).toEqual(['slow-election']);
    expect(waited.anomalies[0]!.message).toContain('nobody else led until it was back at 10.000 s, though for 5 s');
    expect(waited.details).toMatchObject({ kept: 1, replaced: 0 });
  });

  it('finds a cluster that takes too long to have its first leader', () => {
    const verdict = check([...allStarted(), led(9, 'n1', 1)], [], 3000);
    expect(verdict.anomalies[0]!.message).toContain(
      'Nobody led from 0.000 s on, and n1 led term 1 only from 9.000 s on',
    );
  });

  it('counts only time in which a majority could elect, and starts anew with each fault', () => {
    const two = [...begun(), exited(5, 'n1'), exited(5, 'n2'), started(14, 'n2'), led(16, 'n2', 2)];
    expect(check(two, [], 3000)).toMatchObject({ valid: true, details: { milliseconds: { max: 11_000 } } });
    // The two that are left are cut from each other; then only one way.
    const cut: [string, string][] = [
      ['n2', 'n3'],
      ['n3', 'n2'],
    ];
    const alone = [...begun(), exited(5, 'n1'), led(16, 'n2', 2)];
    const faults = [{ name: 'partition', from: 4, to: 14, cuts: cut }];
    expect(check(alone, faults, 3000).valid).toBe(true);
    expect(check(alone, [{ ...faults[0]!, cuts: cut.slice(0, 1) }], 3000).valid).toBe(true);
    const restless = [6, 8, 10, 12, 14].map((from) => ({ name: 'network', from, to: from + 1 }));
    expect(check(alone, restless, 3000).valid).toBe(true);
    expect(names(check(alone, restless, 900))).toEqual(['slow-election']);
  });

  it('counts pauses and cuts, so that healing one leaves the others in force', () => {
    const faults = [
      { name: 'pause', from: 5, to: 20, targets: ['n1'] },
      { name: 'pause', from: 6, to: 7, targets: ['n1'] },
    ];
    expect(check([...begun(), led(8, 'n2', 2)], faults).details).toMatchObject({ milliseconds: { max: 3000 } });
  });

  it('does not take a leader for lost that still reaches a majority', () => {
    const cuts = isolated('n3');
    const verdict = check(begun(), [{ name: 'partition', from: 5, to: 20, cuts }], 1000);
    expect(verdict).toMatchObject({ valid: true, details: { lost: 0 } });
    // n2 asks for an election all the same.
    const changed = check([...begun(), led(7, 'n2', 2)], [{ name: 'partition', from: 5, to: 20, cuts }], 1000);
    expect(changed).toMatchObject({ valid: true, details: { lost: 0, unprovoked: 1 } });
  });

  it('counts only time in which all nodes could elect where members come and go', () => {
    const membership = { name: 'membership', from: 1, to: 29, targets: ['n3'] };
    const lost = [...begun(), exited(5, 'n1'), led(16, 'n2', 2)];
    expect(names(check(lost, [], 3000))).toEqual(['slow-election']);
    expect(check(lost, [membership], 3000)).toMatchObject({ valid: true, details: { lost: 1 } });
    expect(names(check([...lost, started(8, 'n1')], [membership], 3000))).toEqual(['slow-election']);
    // A leader that still reaches one other may well lead a majority.
    const cuts = isolated('n1').filter((link) => !link.includes('n2'));
    expect(check(begun(), [membership, { name: 'partition', from: 5, to: 9, cuts }]).details).toMatchObject({
      lost: 0,
    });
  });

  it('keeps a loss open when the lost leader goes on saying that it leads', () => {
    const events = [...begun(), led(8, 'n1', 1), led(12, 'n2', 2)];
    const verdict = check(events, [{ name: 'partition', from: 5, to: 20, cuts: isolated('n1') }], 5000);
    expect(verdict.anomalies[0]!.evidence).toMatchObject({ cause: 'cut off', lost: at(5), until: at(12), calm: at(7) });
  });

  it('does not take late words of old leaders, or words about other things, for a loss', () => {
    const events = [...begun(), exited(5, 'n1'), led(5.2, 'n2', 2), started(6, 'n1'), follows(6.5, 'n1', 2, 'n2')];
    events.push(says(7, 'n2', { digest: 'abc', term: 2 }), led(8, 'n1', 1));
    expect(check(events, [], 1000)).toMatchObject({ valid: true, details: { lost: 1, replaced: 1, unprovoked: 0 } });
  });

  it('finds two leaders of one term', () => {
    const verdict = check([...begun(), led(3, 'n2', 1)]);
    expect(names(verdict)).toEqual(['split-brain']);
    expect(verdict.anomalies[0]!.message).toContain('n1 and n2 both led term 1');
  });

  it('keeps groups of nodes apart', () => {
    const of = (scope: string, event: NodeEvent): NodeEvent =>
      event.kind === 'report' ? { ...event, state: { ...event.state, scope } } : event;
    const events = [...allStarted(), of('a', led(1, 'n1', 1)), of('b', led(2, 'n2', 1)), of('b', follows(4, 'n2', 2))];
    events.push(of('b', led(5, 'n3', 2)));
    expect(check(events)).toMatchObject({
      valid: true,
      details: { terms: 3, first: 2000, lost: 1, milliseconds: { max: 1000 } },
    });
  });

  it('knows nothing when nodes do not report, or it is stopped', () => {
    expect(check(allStarted(), [], 1000)).toMatchObject({ valid: 'unknown', anomalies: [] });
    expect(judge(leadership, new Script()).valid).toBe('unknown');
    expect(judge(leadership, new Script(), { cancelled: () => true }).reason).toContain('stopped');
  });
});
