import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import { NS_PER_S } from '../../framework/contracts/time.js';
import { judge, names, Script } from '../testing/script.js';
import convergence from './index.js';
import { naturalLog, pushTheory } from './theory.js';

const at = (second: number) => Math.round(second * NS_PER_S);

function report(second: number, node: string, digest: string | null, more: Record<string, unknown> = {}): NodeEvent {
  return { time: at(second), node, kind: 'report', state: { ...(digest === null ? {} : { digest }), ...more } };
}
const started = (second: number, node: string): NodeEvent => ({ time: at(second), node, kind: 'start' });
const exited = (second: number, node: string): NodeEvent => ({
  time: at(second),
  node,
  kind: 'exit',
  fault: true,
  detail: 'killed',
  lines: [],
});

/** The last heal at 8 s, the last update at 10 s (quiet), the end at `end` seconds. */
function script(end = 30): Script {
  const made = new Script().phase('load').did(0, 'add', 1).at(8000).fault('kill', 'heal').at(9999).did(0, 'add', 2);
  return made
    .at(12_000)
    .did(0, 'read', null, [])
    .at(end * 1000)
    .phase('end');
}

const check = (events: NodeEvent[], end?: number, within = 5000) =>
  judge(convergence, script(end), { events, with: { within } });

describe('convergence', () => {
  it('accepts nodes that come to agree within the bound, and says how soon', () => {
    const events = [
      report(1, 'n1', 'a', { round: 1, sent: 2 }),
      report(1, 'n2', 'a', { round: 1, sent: 2 }),
      report(1, 'n3', 'a', { round: 1, sent: 2 }),
      report(10, 'n1', 'b', { round: 10, sent: 20 }),
      report(11, 'n2', 'b', { round: 11, sent: 23 }),
      report(12.5, 'n3', 'b', { round: 12, sent: 27 }),
    ];
    expect(check(events)).toMatchObject({
      valid: true,
      anomalies: [],
      reason: '3 nodes agreed 2.5 s after the last update and the last heal',
      details: {
        quiet: at(10),
        agreed: at(12.5),
        milliseconds: 2500,
        rounds: 11,
        messages: 46,
        theory: { nodes: 3, rounds: 2.68, messages: 8.05 },
      },
    });
  });

  it('finds nodes that never agree, and says who says what', () => {
    const events = [
      report(1, 'n1', 'b'),
      report(2, 'n2', 'b'),
      report(3, 'n3', 'a'),
      report(10.5, 'n1', 'c'),
      report(11, 'n2', 'c'),
    ];
    const verdict = check(events);
    expect(verdict.anomalies).toEqual([
      {
        name: 'divergence',
        message:
          'Faults and updates were over at 10.000 s, and from 10.000 s on nodes differed for 20 s, until the run ended; 5 s were allowed: n1 and n2 report the digest "c" since 11.000 s; n3 reports the digest "a" since 3.000 s.',
        evidence: {
          quiet: at(10),
          from: at(10),
          to: at(30),
          open: true,
          groups: [
            { value: 'c', nodes: ['n1', 'n2'], since: at(11) },
            { value: 'a', nodes: ['n3'], since: at(3) },
          ],
        },
      },
    ]);
    expect(verdict.details).toMatchObject({ agreed: null, milliseconds: null });
  });

  it('finds nodes that agree too late', () => {
    const events = ['n1', 'n2', 'n3'].map((node) => report(1, node, 'a'));
    const late = [...events, report(10, 'n1', 'b'), report(11, 'n2', 'b'), report(17, 'n3', 'b')];
    const verdict = check(late);
    expect(names(verdict)).toEqual(['divergence']);
    expect(verdict.anomalies[0]!.message).toContain('differed for 7 s, until 17.000 s; 5 s were allowed');
    expect(verdict.anomalies[0]!.evidence!['groups']).toEqual([
      { value: 'b', nodes: ['n1', 'n2'], since: at(11) },
      { value: 'a', nodes: ['n3'], since: at(1) },
    ]);
    expect(check(late, 30, 8000).valid).toBe(true);
  });

  it('gives each later difference the same bound: an update in doubt may still take effect', () => {
    const events = ['n1', 'n2', 'n3'].map((node) => report(1, node, 'a'));
    const again = [report(20, 'n1', 'b'), report(22, 'n2', 'b'), report(24, 'n3', 'b')];
    expect(check([...events, ...again])).toMatchObject({ valid: true, details: { milliseconds: 14_000 } });
    const apart = [...events, report(20, 'n1', 'b')];
    expect(names(check(apart))).toEqual(['divergence']);
    expect(check(apart, 23)).toMatchObject({ valid: 'unknown', reason: expect.stringContaining('when the run ended') });
  });

  it('does not mind differences before the quiet, nor what happens after the end', () => {
    const events = [
      report(1, 'n1', 'a'),
      report(1, 'n2', 'b'),
      report(1, 'n3', 'c'),
      report(9, 'n2', 'a'),
      report(9.5, 'n3', 'a'),
      report(31, 'n3', 'z'),
    ];
    expect(check(events)).toMatchObject({ valid: true, details: { milliseconds: 0, agreed: at(10) } });
  });

  it('leaves out nodes that do not run, and has a node that was started again report anew', () => {
    const events = ['n1', 'n2', 'n3'].map((node) => report(1, node, 'a'));
    const down = [...events, exited(9, 'n3'), report(10, 'n1', 'b'), report(10, 'n2', 'b')];
    expect(check(down)).toMatchObject({ valid: true, details: { theory: { nodes: 2 } } });
    const silent = check(['n1', 'n2', 'n3'].map((node) => started(0, node)).concat(down, started(9.5, 'n3')));
    expect(silent).toMatchObject({ valid: 'unknown', reason: 'n3 reported no digest since the last start' });
    const back = [...down, started(10.1, 'n3'), report(10.2, 'n3', 'old')];
    expect(names(check(back))).toEqual(['divergence']);
    expect(check([...back, report(12, 'n3', 'b')])).toMatchObject({ valid: true, details: { milliseconds: 2000 } });
  });

  it('finds nodes that disagree about the members', () => {
    const all = { members: ['n3', 'n1', 'n2'] };
    const events = [
      report(1, 'n1', 'a', all),
      report(1, 'n2', 'a', { members: ['n1', 'n2', 'n3'] }),
      report(1, 'n3', 'a', all),
    ];
    expect(check(events).valid).toBe(true);
    const verdict = check([...events, report(9, 'n1', 'a', { members: ['n1', 'n2'] })]);
    expect(names(verdict)).toEqual(['membership-divergence']);
    expect(verdict.anomalies[0]!.message).toContain('n1 reports the members "n1, n2" since 9.000 s');
  });

  it('leaves out a node that says it is no member', () => {
    const events = [
      report(1, 'n1', 'a', { members: ['n1', 'n2'] }),
      report(1, 'n2', 'a', { members: ['n1', 'n2'] }),
      report(1, 'n3', 'x', { members: ['n1', 'n2'] }),
    ];
    expect(check(events)).toMatchObject({ valid: true, details: { theory: { nodes: 2 } } });
    // A spare says nothing at all.
    expect(check(events.slice(0, 2))).toMatchObject({ valid: true, details: { theory: { nodes: 2 } } });
    const bare = ['n1', 'n2'].flatMap((node) => [started(0, node), report(1, node, 'a')]);
    expect(check(bare)).toMatchObject({ valid: true, details: { theory: { nodes: 2 } } });
  });

  it('keeps the last digest when a report says nothing of it', () => {
    const events = ['n1', 'n2', 'n3'].map((node) => report(1, node, 'a'));
    expect(check([...events, report(11, 'n1', null, { role: 'leader' })]).valid).toBe(true);
  });

  it('counts the time from the last update that did not fail', () => {
    const events = [report(1, 'n1', 'a'), report(1, 'n2', 'a'), report(1, 'n3', 'b'), report(13, 'n3', 'a')];
    const base = () => new Script().did(0, 'add', 1).at(9_000);
    const of = (made: Script) => judge(convergence, made.at(30_000).phase('end'), { events }).details!['quiet'];
    expect(of(base().invoke(1, 'add', 2).fail(1))).toBe(at(0.001));
    expect(of(base().invoke(1, 'add', 2).info(1))).toBe(at(9.001));
    expect(of(base().invoke(1, 'add', 2))).toBe(at(9));
  });

  it('says why it knows nothing', () => {
    expect(check([])).toMatchObject({
      valid: 'unknown',
      reason: 'no node reported a digest of its state',
      details: { agreed: null, milliseconds: null },
    });
    expect(check([report(1, 'n1', null, { role: 'leader' })]).valid).toBe('unknown');
    const agreed = ['n1', 'n2', 'n3'].map((node) => report(1, node, 'a'));
    expect(judge(convergence, new Script().did(0, 'read', null, []), { events: [] }).valid).toBe('unknown');
    expect(judge(convergence, new Script().at(5000).did(0, 'read', null, []), { events: agreed })).toMatchObject({
      valid: 'unknown',
      reason: 'no operation changed anything',
    });
  });
});

describe('theory', () => {
  it('works out logarithms from sums and products', () => {
    for (let n = 1; n <= 200; n++) expect(Math.abs(naturalLog(n) - Math.log(n))).toBeLessThan(1e-14 * 10);
    expect(pushTheory(1)).toEqual({ rounds: 0, messages: 0 });
    expect(pushTheory(64)).toEqual({ rounds: 10.16, messages: 650.17 });
  });
});
