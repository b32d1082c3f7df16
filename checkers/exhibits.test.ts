import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../framework/contracts/cluster.js';
import { NS_PER_MS } from '../framework/contracts/time.js';
import availability from './availability.js';
import broadcast from './broadcast.js';
import convergence from './convergence/index.js';
import counter from './counter.js';
import durability from './durability/index.js';
import exceptions from './exceptions.js';
import leadership from './leadership/index.js';
import logPattern from './log-pattern.js';
import orSet from './or-set/index.js';
import recovery from './recovery.js';
import setFull from './set-full.js';
import splitBrain from './split-brain.js';
import staleness from './staleness/index.js';
import { bandsOf, exhibitsOf, lanesOf, rowsOf, seriesOf } from './testing/exhibits.js';
import { judge, Script } from './testing/script.js';
import uniqueIds from './unique-ids.js';

const x = { key: 'x' };
const says = (ms: number, node: string, state: Record<string, unknown>): NodeEvent => ({
  time: ms * NS_PER_MS,
  node,
  kind: 'report',
  state,
});
const ended = (ms: number, node: string): NodeEvent => ({
  time: ms * NS_PER_MS,
  node,
  kind: 'exit',
  fault: true,
  detail: 'killed',
  lines: [],
});

describe('sets', () => {
  it('show since when lost elements are missing', () => {
    const script = new Script().did(0, 'add', 7).at(10).did(1, 'read', null, [7]);
    script.at(20).did(1, 'read', null, [7]).at(30).did(1, 'read', null, []).at(40).did(1, 'read', null, []);
    expect(lanesOf(judge(setFull, script), 'Elements')).toEqual({
      7: [
        [0, 1, 'added', 0],
        [11, 21, 'shown by reads', 4],
        [30, 41, 'missing', 6, 'wrong'],
      ],
    });
  });

  it('show stale, made up and doubled elements, and how late the others were', () => {
    const script = new Script().did(0, 'add', 1).at(10).did(1, 'read', null, []).at(20).did(1, 'read', null, [1, 1, 9]);
    const verdict = judge(setFull, script, { with: { linearizable: true } });
    expect(lanesOf(verdict, 'Elements')).toEqual({
      1: [
        [0, 1, 'added', 0],
        [1, 10, 'missing from some reads', 2, 'wrong'],
        [21, 21, 'shown more than once', 4, 'wrong'],
        [21, 21, 'shown by reads', 4],
      ],
      9: [[21, 21, 'shown, though nobody had added it', 4, 'wrong']],
    });
    expect(seriesOf(verdict, 'How long elements')).toEqual({ 'element that came late': [[1, 9, 2]] });
  });

  it('show where messages are missing in the end', () => {
    const script = new Script().did(0, 'broadcast', 5).did(0, 'read', null, [5]).at(20).did(1, 'read', null, []);
    expect(lanesOf(judge(broadcast, script, { nodes: ['n1', 'n2'] }), 'Messages')).toEqual({
      5: [
        [0, 1, 'broadcast', 0],
        [3, 3, 'shown by reads', 2],
        [20, 21, 'missing from the final read of n2', 4, 'wrong'],
      ],
    });
  });

  it('show nothing where nothing is wrong', () => {
    const script = new Script().did(0, 'add', 7).did(1, 'read', null, [7]);
    expect(exhibitsOf(judge(setFull, script))).toEqual([]);
  });

  it('show removed elements that come back, and known ones that are missing', () => {
    const script = new Script().phase('load').did(0, 'add', 1).did(0, 'remove', 1).did(0, 'add', 2).phase('heal');
    script.phase('recover').phase('final').at(50).did(90, 'read', null, [1], { node: 'n1' }).phase('end');
    expect(lanesOf(judge(orSet, script, { nodes: ['n1'] }), 'Elements')).toEqual({
      1: [
        [1, 2, 'added', 1],
        [2, 3, 'in the set', 1],
        [3, 4, 'removed', 3],
        [50, 51, 'shown again', 10, 'wrong'],
      ],
      2: [
        [5, 6, 'added', 5],
        [50, 51, 'missing', 10, 'wrong'],
      ],
    });
  });
});

describe('ids and counters', () => {
  it('show who was given the same id', () => {
    const script = new Script()
      .did(0, 'generate', null, 'a')
      .did(1, 'generate', null, 'b')
      .did(2, 'generate', null, 'a');
    expect(lanesOf(judge(uniqueIds, script), 'Ids')).toEqual({
      '"a"': [
        [0, 1, 'handed to process 0 on n1', 0],
        [4, 5, 'handed to process 2 on n3', 4, 'wrong'],
      ],
    });
  });

  it('show reads within what they may have returned, and outside of it', () => {
    const script = new Script().did(0, 'add', 5).did(1, 'read', null, 5).invoke(0, 'add', 2).did(1, 'read', null, 9);
    const verdict = judge(counter, script);
    const title = 'What reads returned';
    expect(bandsOf(verdict, title)).toEqual({
      possible: [
        [3, 5, 5],
        [6, 5, 7],
      ],
    });
    expect(seriesOf(verdict, title)).toEqual({ read: [[3, 5, 2]], '✕ wrong read': [[6, 9, 5]] });
  });

  it('show which reads nobody judges', () => {
    const script = new Script().phase('load').did(1, 'read', null, 4).did(0, 'add', 5).phase('final');
    script.did(1, 'read', null, 5).phase('end');
    const verdict = judge(counter, script, { with: { 'final-only': true } });
    expect(seriesOf(verdict, 'What reads')).toEqual({ read: [[7, 5, 6]], 'read that is not judged': [[2, 4, 1]] });
  });
});

describe('nodes', () => {
  it('show who led which term, and two leaders of one', () => {
    const events = [
      says(1, 'n1', { role: 'leader', term: 1, leader: 'n1' }),
      says(2, 'n1', { role: 'leader', term: 1, leader: 'n1' }),
      says(10, 'n2', { role: 'leader', term: 2, leader: 'n2' }),
      says(12, 'n1', { role: 'follower', term: 2, leader: 'n2' }),
      says(14, 'n3', { role: 'leader', term: 2, leader: 'n3' }),
      ended(20, 'n2'),
      says(99, 'n1', { role: 'leader', term: 9, leader: 'n1' }),
    ];
    const script = new Script().at(30).did(0, 'read');
    const expected = {
      n1: [[1, 12, 'term 1', undefined]],
      n2: [[10, 20, 'term 2', undefined, 'wrong']],
      n3: [[14, 31, 'term 2', undefined, 'wrong']],
    };
    expect(lanesOf(judge(splitBrain, script, { events }), 'Who led')).toEqual(expected);
    expect(lanesOf(judge(leadership, script, { events }), 'Who led')).toEqual(expected);
    expect(exhibitsOf(judge(splitBrain, script))).toEqual([]);
  });

  it('show how long nobody led', () => {
    const events = [
      says(10, 'n1', { role: 'leader', term: 1, leader: 'n1' }),
      says(40, 'n1', { role: 'follower', term: 1, leader: null }),
      says(90, 'n2', { role: 'leader', term: 2, leader: 'n2' }),
    ];
    const verdict = judge(leadership, new Script().at(200).did(0, 'read'), { events, with: { within: 20 } });
    expect(lanesOf(verdict, 'How long it took')['stepped down']).toEqual([
      [40, 90, 'n1 (term 1) lost, n2 led term 2 after 50 ms', undefined, 'wrong'],
    ]);
  });

  it('show how long they took to answer after each heal', () => {
    const script = new Script()
      .phase('load')
      .at(10)
      .fault('kill', 'heal')
      .at(15)
      .did(0, 'read')
      .invoke(1, 'read')
      .at(40)
      .ok(1);
    script
      .at(100)
      .fault('kill', 'heal', 1)
      .phase('heal')
      .at(110)
      .did(0, 'read')
      .invoke(1, 'read')
      .at(4000)
      .did(0, 'read');
    const verdict = judge(recovery, script, { nodes: ['n1', 'n2', 'n3'], with: { within: 1000 } });
    expect(seriesOf(verdict, 'How long nodes')).toEqual({
      n1: [
        [15, 1],
        [110, 1],
      ],
      n2: [[17, 23]],
      '✕ too late': [[112, 3889]],
    });
    expect(bandsOf(verdict, 'How long nodes')).toEqual({ 'allowed after the last heal': [[100, 0, 1000]] });
  });

  it('show when they answered nobody, and the share of each window', () => {
    const script = new Script()
      .phase('load')
      .did(0, 'read')
      .did(1, 'read')
      .at(100)
      .invoke(1, 'read')
      .at(900)
      .fail(1, 'timeout');
    script.at(901).did(0, 'read').at(1000).did(1, 'read').at(1001).phase('heal');
    const verdict = judge(availability, script, { with: { window: 500, 'at-least': 0.8 } });
    expect(lanesOf(verdict, 'When nodes')).toEqual({ n1: [], n2: [[4, 1001, '1 unanswered', undefined]], n3: [] });
    const title = 'Operations that were answered';
    expect(seriesOf(verdict, title)).toEqual({
      answered: [
        [0, 66.67],
        [500, 100],
        [1001, null],
      ],
      '✕ too few': [[0, 66.67]],
    });
    expect(bandsOf(verdict, title)).toEqual({
      'at least 80%': [
        [0, 80, 100],
        [1001, 80, 100],
      ],
    });
  });

  it('show who said what for too long, and how many states there were', () => {
    const script = new Script().did(0, 'add', 1).at(20_000).did(0, 'read', null, []);
    const events = [
      says(1, 'n1', { digest: 'a' }),
      says(1, 'n2', { digest: 'a' }),
      says(1, 'n3', { digest: 'a' }),
      says(500, 'n3', { digest: 'b' }),
      says(9000, 'n3', { digest: 'a' }),
    ];
    const verdict = judge(convergence, script, { events, with: { within: 1000 } });
    expect(lanesOf(verdict, 'Which digest')).toEqual({
      n1: [[1, 20_001, 'a', undefined]],
      n2: [[1, 20_001, 'a', undefined]],
      n3: [
        [1, 500, 'a', undefined],
        [500, 9000, 'b', undefined, 'wrong'],
        [9000, 20_001, 'a', undefined],
      ],
    });
    expect(seriesOf(verdict, 'How many')).toEqual({
      digests: [
        [1, 1],
        [500, 2],
        [9000, 1],
        [20_001, 1],
      ],
    });
    const brief = judge(convergence, script, { events, with: { within: 60_000 } });
    expect(exhibitsOf(brief).map(({ title }) => title)).toEqual(['How many different states the nodes reported']);
  });
});

describe('registers', () => {
  it('show how old what was read was', () => {
    const script = new Script().did(0, 'write', 1, 1, x).at(1000).did(0, 'write', 2, 2, x);
    script.at(1500).did(1, 'read', null, 1, x).at(3001).did(1, 'read', null, 1, x).did(2, 'read', null, 2, x);
    const verdict = judge(staleness, script, { with: { 'at-most': 1000 } });
    expect(seriesOf(verdict, 'How old')).toEqual({
      'old read': [[1500, 499, 4]],
      '✕ older than 1 s': [[3001, 2000, 6]],
    });
    expect(exhibitsOf(verdict)[0]!.note).toContain('1 read that returned nothing old is not drawn');
  });

  it('show which acknowledged writes are gone', () => {
    const script = new Script().phase('load').did(0, 'write', 1, 1, x).did(1, 'write', 2, 2, x).phase('final');
    script.did(2, 'read', null, 1, x).phase('end');
    expect(rowsOf(judge(durability, script), 'Acknowledged writes')).toEqual([
      ['x', '2', 'process 1 on n2', 4 * NS_PER_MS, '1 (n3)', 1, 3],
    ]);
  });

  it('show which acknowledged elements are gone', () => {
    const script = new Script().phase('load').did(0, 'add', 1).did(1, 'add', 2).phase('final');
    script.did(2, 'read', null, [1]).phase('end');
    expect(rowsOf(judge(durability, script), 'Acknowledged elements')).toEqual([
      ['2', 'process 1 on n2', 4 * NS_PER_MS, 3],
    ]);
  });
});

describe('logs and clients', () => {
  it('show the lines that match', () => {
    const logs = { n1: ['fine', 'PANIC: <b>'], n2: ['fatal'] };
    expect(rowsOf(judge(logPattern, new Script(), { nodes: ['n1', 'n2'], logs }), 'Lines')).toEqual([
      ['n1', 2, 'PANIC: <b>'],
      ['n2', 1, 'fatal'],
    ]);
  });

  it('show the errors that nobody expected', () => {
    const script = new Script().invoke(0, 'read').info(0, 'exception: broken pipe').at(9).invoke(1, 'read');
    script.info(1, 'exception: broken pipe').invoke(2, 'read').fail(2, 'timeout');
    expect(rowsOf(judge(exceptions, script), 'Errors')).toEqual([['broken pipe', 2, NS_PER_MS, 0]]);
  });
});
