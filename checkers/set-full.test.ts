import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../framework/contracts/history.js';
import setFull, { classify } from './set-full.js';
import { elementsOf } from './shared/elements.js';
import { judge, names, Script } from './testing/script.js';

const strict = { with: { linearizable: true } };

describe('set-full', () => {
  it('accepts a clean history and says what it rests on', () => {
    const script = new Script()
      .did(0, 'add', 1)
      .did(1, 'add', 2)
      .did(0, 'read', null, [1, 2])
      .did(1, 'read', null, [2, 1]);
    const verdict = judge(setFull, script, strict);
    expect(verdict).toMatchObject({
      valid: true,
      anomalies: [],
      reason: '2 elements of 2 acknowledged ones proved stable in 2 reads',
    });
    expect(verdict.details).toMatchObject({
      attempted: 2,
      acknowledged: 2,
      stable: 2,
      lost: 0,
      stale: 0,
      neverRead: 0,
      reads: 2,
    });
  });

  it('finds an acknowledged element that no later read shows', () => {
    const script = new Script().did(0, 'add', 1).at(2000).did(2, 'add', 7).at(3500).did(1, 'read', null, [1]);
    const verdict = judge(setFull, script);
    expect(names(verdict)).toEqual(['lost-element']);
    expect(verdict.anomalies[0]).toEqual({
      name: 'lost-element',
      message:
        'Element 7, added by process 2 on n3 and acknowledged at 2.001 s, is missing from the read by process 1 on n2 at 3.500 s and never came back; no read ever showed it.',
      operations: [2, 4],
      evidence: { element: 7 },
    });
    expect(verdict).toMatchObject({ valid: false, reason: 'found lost-element (1)', details: { lost: 1, stable: 1 } });
  });

  it('finds an element that a read showed and later reads do not, though its add was never acknowledged', () => {
    const script = new Script().invoke(0, 'add', 1).info(0).did(1, 'read', null, [1]).did(2, 'read', null, []);
    const verdict = judge(setFull, script, strict);
    expect(names(verdict)).toEqual(['lost-element']);
    expect(verdict.anomalies[0]!.message).toContain('then read by process 1 on n2');
    expect(verdict.anomalies[0]!.operations).toEqual([0, 2, 4]);
  });

  it('finds a stale read only when reads must be linearizable', () => {
    const script = new Script().did(0, 'add', 1).at(500).did(1, 'read', null, []).at(900).did(1, 'read', null, [1]);
    expect(judge(setFull, script)).toMatchObject({ valid: true, details: { stale: 1, stableLatency: { max: 499 } } });
    const verdict = judge(setFull, script, strict);
    expect(names(verdict)).toEqual(['stale-read']);
    expect(verdict.anomalies[0]).toMatchObject({
      message:
        'The read by process 1 on n2, invoked at 0.500 s, lacks element 1, added by process 0 on n1 and acknowledged at 0.001 s: it was 499 ms behind.',
      operations: [0, 2],
    });
  });

  it('shows the worst stale reads first', () => {
    const script = new Script()
      .did(0, 'add', 1)
      .at(100)
      .did(0, 'add', 2)
      .at(200)
      .did(1, 'read', null, [])
      .did(1, 'read', null, [2, 1]);
    expect(judge(setFull, script, strict).anomalies.map(({ evidence }) => evidence!['element'])).toEqual([1, 2]);
  });

  it('does not blame a read for what was added while it ran', () => {
    const script = new Script().invoke(1, 'read').did(0, 'add', 1).ok(1, []).did(2, 'read', null, [1]);
    expect(judge(setFull, script, strict)).toMatchObject({ valid: true, details: { stale: 0 } });
  });

  it('finds an element that is missing in the end on one node, though another has it', () => {
    const script = new Script().phase('load').did(0, 'add', 1).phase('final');
    script.did(0, 'read', null, []).did(1, 'read', null, [1]).did(2, 'read', null, [1]).phase('end');
    const verdict = judge(setFull, script);
    expect(names(verdict)).toEqual(['lost-element']);
    expect(verdict.anomalies[0]!.message).toBe(
      'Element 1, added by process 0 on n1 and acknowledged at 0.002 s, is missing from the final read of n1 (n2 and n3 have it), at 0.005 s.',
    );
    // A linearizable set calls the same read stale.
    expect(names(judge(setFull, script, strict))).toEqual(['stale-read']);
  });

  it('finds elements that nobody added, that were added later, or whose add failed', () => {
    const script = new Script()
      .did(0, 'add', 1)
      .did(1, 'read', null, [1, 9])
      .did(0, 'read', null, [1, 5])
      .did(0, 'add', 5);
    script.invoke(2, 'add', 6).fail(2).did(2, 'read', null, [1, 5, 6]);
    const { anomalies, valid } = judge(setFull, script);
    expect(valid).toBe(false);
    expect(anomalies.map(({ name, evidence }) => [name, evidence!['element']])).toEqual([
      ['unexpected-element', 9],
      ['unexpected-element', 5],
      ['unexpected-element', 6],
    ]);
    expect(anomalies.map(({ message }) => message)).toEqual([
      'The read by process 1 on n2 at 0.003 s shows element 9, but nobody ever added it.',
      'The read by process 0 on n1 at 0.005 s shows element 5, but it was added only later, by process 0 at 0.006 s.',
      'The read by process 2 on n3 at 0.011 s shows element 6, but its only add, by process 2 at 0.008 s, failed.',
    ]);
  });

  it('finds an element that one read shows more than once', () => {
    const script = new Script().did(0, 'add', 1).did(1, 'read', null, [1, 1, 1]).did(1, 'read', null, [1]);
    const verdict = judge(setFull, script);
    expect(names(verdict)).toEqual(['duplicate-element']);
    expect(verdict.anomalies[0]!.message).toBe('The read by process 1 on n2 at 0.003 s shows element 1 3 times.');
  });

  it('accepts uncertain adds seen or not, and ignores failed reads', () => {
    const script = new Script()
      .did(0, 'add', 1)
      .invoke(1, 'add', 2)
      .info(1)
      .invoke(2, 'add', 3)
      .info(2)
      .invoke(3, 'add', 4);
    script.invoke(5, 'read').fail(5).did(4, 'read', null, [1, 2]).did(4, 'read', null, [1, 2, 4]);
    expect(judge(setFull, script, strict)).toMatchObject({
      valid: true,
      details: { attempted: 4, acknowledged: 1, stable: 3 },
    });
  });

  it('keeps elements of any JSON value apart', () => {
    const script = new Script().did(0, 'add', '1').did(0, 'add', { b: 1, a: 2 }).did(0, 'add', -1).did(0, 'add', null);
    script.did(1, 'read', null, ['1', { a: 2, b: 1 }, -1, null]);
    expect(judge(setFull, script, strict).valid).toBe(true);
    expect(names(judge(setFull, script.did(1, 'read', null, [1]), strict))).toContain('unexpected-element');
  });

  it('says why it knows nothing', () => {
    expect(judge(setFull, new Script())).toMatchObject({
      valid: 'unknown',
      reason: 'nothing was added and nothing was read',
    });
    expect(judge(setFull, new Script().did(0, 'add', 1))).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('no read succeeded'),
    });
    expect(judge(setFull, new Script().did(0, 'read', null, []))).toMatchObject({ valid: 'unknown' });
    expect(judge(setFull, new Script().did(0, 'add', 1).did(0, 'read', null, null))).toMatchObject({
      valid: 'unknown',
      details: { unreadable: 1 },
    });
    const stopped = judge(setFull, new Script().did(0, 'add', 1).did(0, 'read', null, []), { cancelled: () => true });
    expect(stopped).toMatchObject({ valid: 'unknown', anomalies: [] });
  });

  it('keeps ten anomalies of a name and counts the others', () => {
    const script = new Script();
    for (let element = 0; element < 25; element++) script.did(0, 'add', element);
    const verdict = judge(setFull, script.did(0, 'read', null, []));
    expect(verdict.anomalies.length).toBe(10);
    expect(verdict).toMatchObject({
      reason: 'found lost-element (25)',
      details: { lost: 25, anomalies: { 'lost-element': 25 } },
    });
  });

  it('reads other functions when told to', () => {
    const script = new Script().did(0, 'insert', 1).did(0, 'scan', null, [1]);
    expect(judge(setFull, script).valid).toBe('unknown');
    expect(judge(setFull, script, { with: { add: 'insert', read: 'scan' } }).valid).toBe(true);
  });
});

/** The definitions, word for word: for each element, over all reads. */
function naive(history: History, element: number): string {
  const operations = [...history.operations()];
  const adds = operations.filter(({ f, asked }) => f === 'add' && asked === element);
  const reads = operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
  const shows = (read: (typeof reads)[number]) => (read.value as number[]).includes(element);
  const attempts = adds.filter(({ outcome }) => outcome !== 'fail');
  const first = Math.min(...attempts.map(({ index }) => index));
  const seen = reads.filter(shows);
  if (seen.some(({ end }) => end < first)) return 'unexpected';
  if (attempts.length === 0) return 'none';
  const known = Math.min(
    ...attempts.filter(({ outcome }) => outcome === 'ok').map(({ end }) => end),
    ...seen.map(({ end }) => end),
  );
  if (known === Number.POSITIVE_INFINITY) return 'open';
  const present = Math.max(-1, ...seen.map(({ index }) => index));
  const absent = Math.max(-1, ...reads.filter((read) => read.index > known && !shows(read)).map(({ index }) => index));
  if (absent > present) return `lost ${absent}`;
  return present < 0 ? 'unread' : `stable ${absent}`;
}

const steps = fc.array(
  fc.record({
    process: fc.integer({ min: 0, max: 3 }),
    add: fc.boolean(),
    element: fc.integer({ min: 0, max: 6 }),
    shown: fc.uniqueArray(fc.integer({ min: 0, max: 6 })),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'info'),
  }),
  { maxLength: 60 },
);

describe('elements', () => {
  it('agree with the definitions on any history', () => {
    fc.assert(
      fc.property(steps, (moves) => {
        const script = new Script();
        const open = new Map<number, { add: boolean }>();
        for (const { process, add, element, shown, outcome } of moves) {
          const running = open.get(process);
          if (running === undefined) {
            open.set(process, { add });
            if (add) script.invoke(process, 'add', element);
            else script.invoke(process, 'read');
            continue;
          }
          open.delete(process);
          if (outcome === 'fail') script.fail(process);
          else if (outcome === 'info') script.info(process);
          else script.ok(process, running.add ? undefined : shown);
        }
        const history = script.history();
        const elements = elementsOf(history, { add: 'add', read: 'read', knownByRead: true, cancelled: () => false })!;
        for (let id = 0; id < elements.count; id++) {
          const found = classify(elements, id);
          const row = found === 'stable' || found === 'lost' ? ` ${elements.absent[id]}` : '';
          expect(found + row).toBe(naive(history, elements.interner.values[id] as number));
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});
