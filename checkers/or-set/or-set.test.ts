import { describe, expect, it } from 'vitest';
import type { Random } from '../../framework/contracts/random.js';
import { createRandom } from '../../framework/time/random.js';
import { judge, names, Script } from '../testing/script.js';
import orSet from './index.js';
import { type Defect, orSetHistory, type ReplicasShape } from './testing/replicas.js';

const n1 = { node: 'n1' };
const n2 = { node: 'n2' };

/** A final phase in which each node shows a set. */
function finals(script: Script, ...shown: readonly unknown[][]): Script {
  script.phase('heal').phase('recover').phase('final');
  shown.forEach((set, node) => {
    script.did(90 + node, 'read', null, set, { node: `n${node + 1}` });
  });
  return script.phase('end');
}

const start = () => new Script().phase('load');

describe('or-set', () => {
  it('accepts elements that stay and removed ones that stay away', () => {
    const script = start().did(0, 'add', 1).did(0, 'add', 2).did(0, 'remove', 1).did(0, 'read', null, [2]);
    expect(judge(orSet, finals(script, [2], [2], [2]))).toMatchObject({
      valid: true,
      reason: '1 element stayed and 1 removed ones stayed away, in the final reads of 3 nodes',
      details: { adds: 2, removes: 1, reads: 4, elements: 2, finalReads: 3, stayed: 1, gone: 1 },
    });
  });

  it('finds an acknowledged add that final reads lack', () => {
    const verdict = judge(orSet, finals(start().did(0, 'add', 7), [7], [], []));
    expect(verdict.anomalies).toEqual([
      {
        name: 'lost-element',
        message:
          'Element 7, added by process 0 on n1 and acknowledged at 0.002 s, is missing from the final reads of n2 and n3 at 0.009 s; no remove of it that could have seen that was ever invoked before.',
        operations: [1, 8, 10],
        evidence: { element: 7, missingFrom: ['n2', 'n3'] },
      },
    ]);
    expect(verdict).toMatchObject({ valid: false, reason: 'found lost-element (1)', details: { lost: 1 } });
  });

  it('finds an add that was lost after a remove that cannot have seen it', () => {
    const script = start().did(0, 'add', 7).did(0, 'remove', 7).did(1, 'add', 7);
    expect(names(judge(orSet, finals(script, [], [])))).toEqual(['lost-element']);
    expect(judge(orSet, finals(start().did(0, 'add', 7).did(0, 'remove', 7).did(1, 'add', 7), [7], [7])).valid).toBe(
      true,
    );
  });

  it('lets a remove that was under way with an add have seen it or not', () => {
    const script = () => start().invoke(0, 'add', 7).invoke(1, 'remove', 7).ok(0).ok(1);
    expect(judge(orSet, finals(script(), [7], [7])).anomalies).toEqual([]);
    expect(judge(orSet, finals(script(), [], [])).anomalies).toEqual([]);
  });

  it('lets a doubtful remove take effect at any later time, or never', () => {
    const script = () => start().invoke(0, 'remove', 7).info(0).did(1, 'add', 7);
    expect(judge(orSet, finals(script(), [7], [7])).anomalies).toEqual([]);
    expect(judge(orSet, finals(script(), [], [])).anomalies).toEqual([]);
    const failed = start().did(1, 'add', 7).invoke(0, 'remove', 7).fail(0);
    expect(names(judge(orSet, finals(failed, [], [])))).toEqual(['lost-element']);
  });

  it('finds a removed element that is there in the end', () => {
    const script = start().did(0, 'add', 7).did(1, 'read', null, [7]).did(1, 'remove', 7);
    const verdict = judge(orSet, finals(script, [7], [], [7]));
    expect(verdict.anomalies).toEqual([
      {
        name: 'resurrected-element',
        message:
          'Element 7 is in the final reads of n1 and n3 at 0.011 s, though every add of it had been seen and removed: the last one, by process 0 on n1 at 0.001 s, by process 1 on n2, acknowledged at 0.006 s.',
        operations: [1, 5, 10, 14],
        evidence: { element: 7, shownBy: ['n1', 'n3'] },
      },
    ]);
  });

  it('finds an element that comes back on the node that removed it, before the end', () => {
    const script = start().did(0, 'add', 7, 7, n1).did(0, 'remove', 7, 7, n1).did(0, 'read', null, [7], n1);
    const verdict = judge(orSet, finals(script, [], []));
    expect(names(verdict)).toEqual(['resurrected-element']);
    expect(verdict.anomalies[0]!.message).toContain('Element 7 is in the read by process 0 on n1 at 0.006 s');
    // If it is still there in the end, the final reads are shown.
    const kept = start().did(0, 'add', 7, 7, n1).did(0, 'remove', 7, 7, n1).did(0, 'read', null, [7], n1);
    expect(judge(orSet, finals(kept, [7], [])).anomalies.map(({ message }) => message)).toEqual([
      'Element 7 is in the final read of n1 at 0.011 s, though every add of it had been seen and removed: the last one, by process 0 on n1 at 0.001 s, by process 0 on n1, acknowledged at 0.004 s.',
    ]);
    // Another node may not have heard of the remove yet.
    const other = start().did(0, 'add', 7, 7, n1).did(0, 'remove', 7, 7, n1).did(1, 'read', null, [7], n2);
    expect(judge(orSet, finals(other, [], [])).valid).toBe(true);
  });

  it.each([
    ['on another node, which may not have known the add', start().did(0, 'add', 7).did(1, 'remove', 7)],
    ['in doubt', start().did(0, 'add', 7).invoke(0, 'remove', 7).info(0)],
    ['with a later add by somebody else', start().did(0, 'add', 7).did(0, 'remove', 7).did(1, 'add', 7)],
    ['with an add in doubt', start().did(0, 'add', 7).invoke(1, 'add', 7).info(1).did(0, 'remove', 7)],
    ['with an add under way', start().invoke(1, 'add', 7).did(0, 'add', 7).did(0, 'remove', 7).ok(1)],
    [
      'after a read that may have shown another add',
      start().invoke(2, 'add', 7).did(0, 'add', 7).did(1, 'read', null, [7]).did(1, 'remove', 7).ok(2),
    ],
    ['while its add was not acknowledged', start().invoke(0, 'add', 7).did(3, 'remove', 7, 7, n1).ok(0)],
  ])('does not blame a set for an element whose remove was %s', (_, script) => {
    expect(judge(orSet, finals(script, [7], [7])).anomalies).toEqual([]);
  });

  it('knows what a doubtful add did once it was read', () => {
    const script = start().invoke(0, 'add', 7).info(0).did(1, 'read', null, [7]).did(1, 'remove', 7);
    expect(names(judge(orSet, finals(script, [7], [])))).toEqual(['resurrected-element']);
    const shown = start().invoke(0, 'add', 7).info(0).did(1, 'read', null, [7]);
    const verdict = judge(orSet, finals(shown, [], []));
    expect(names(verdict)).toEqual(['lost-element']);
    expect(verdict.anomalies[0]!.message).toContain('Element 7, shown to process 1 on n2 at 0.004 s, is missing');
  });

  it('finds a node that does not show what it has acknowledged, and tells whether it ever does', () => {
    const script = () => start().did(0, 'add', 7, 7, n1).did(3, 'read', null, [], n1);
    expect(names(judge(orSet, finals(script(), [7], [7])))).toEqual(['stale-read']);
    expect(judge(orSet, finals(script(), [7], [7])).anomalies[0]!.message).toContain(
      'is missing from the read by process 3 on n1 at 0.004 s, though a later read of that node shows it',
    );
    expect(names(judge(orSet, finals(script(), [], [])))).toEqual(['lost-element']);
    // A read under way may be earlier, and another node may not have heard of it.
    const early = start().invoke(3, 'read', null, n1).did(0, 'add', 7, 7, n1).ok(3, []).did(1, 'read', null, [], n2);
    expect(judge(orSet, finals(early, [7], [7])).anomalies).toEqual([]);
  });

  it('finds elements that nobody added, and doubled ones', () => {
    const script = start().did(0, 'add', 1).did(1, 'read', null, [9]).did(0, 'read', null, [1, 1]);
    expect(names(judge(orSet, finals(script, [1], [1])))).toEqual(['duplicate-element', 'unexpected-element']);
  });

  it('says why it knows nothing', () => {
    expect(judge(orSet, new Script())).toMatchObject({ valid: 'unknown', reason: expect.stringContaining('no read') });
    const unread = start().did(0, 'add', 1).did(0, 'read', null, [1]).phase('heal');
    expect(judge(orSet, unread)).toMatchObject({ valid: 'unknown', reason: expect.stringContaining('no final read') });
    const doubtful = start().invoke(0, 'add', 1).info(0);
    expect(judge(orSet, finals(doubtful, [], []))).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('certain'),
    });
    const cancelled = { cancelled: () => true };
    expect(judge(orSet, finals(start().did(0, 'add', 1), [1]), cancelled)).toMatchObject({ valid: 'unknown' });
  });

  it('judges a history without phases or nodes by the reads after the last update', () => {
    const script = new Script().did(0, 'add', 1).did(0, 'add', 2).did(0, 'remove', 1).did(0, 'read', null, []);
    expect(judge(orSet, script).anomalies.map(({ evidence }) => evidence!['element'])).toEqual([2]);
  });

  it('reads other functions when told to', () => {
    const script = start().did(0, 'put', 1).did(0, 'drop', 1).did(0, 'all', null, [1]);
    const options = { with: { add: 'put', remove: 'drop', read: 'all' } };
    expect(names(judge(orSet, script.phase('final').phase('end'), options))).toEqual(['resurrected-element']);
  });
});

function shapeOf(random: Random, defect: Defect): ReplicasShape {
  return {
    nodes: 2 + random.int(3),
    processes: 2 + random.int(5),
    operations: 5 + random.int(60),
    elements: 1 + random.int(40),
    mix: random.pick([
      [3, 2, 2],
      [2, 3, 2],
      [3, 3, 6],
      [5, 1, 2],
    ]),
    doubtful: random.pick([0, 0.1, 0.3]),
    failing: random.pick([0, 0.1]),
    gossip: random.pick([0.05, 0.3, 0.6]),
    defect,
  };
}

function run(defect: Defect, seed: number) {
  const random = createRandom(seed, `or-set ${defect}`);
  return judge(orSet, orSetHistory(random, shapeOf(random, defect)));
}

describe('random histories', () => {
  it('of a right set are never blamed', () => {
    let valid = 0;
    let gone = 0;
    let stayed = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const verdict = run('none', seed);
      expect(verdict.anomalies, `seed ${seed}`).toEqual([]);
      if (verdict.valid === true) valid++;
      gone += verdict.details!['gone'] as number;
      stayed += verdict.details!['stayed'] as number;
    }
    expect(valid).toBeGreaterThan(1300);
    expect(gone).toBeGreaterThan(3000);
    expect(stayed).toBeGreaterThan(3000);
  });

  it.each<[Defect, readonly string[]]>([
    ['forget-tombstone', ['resurrected-element']],
    ['repeat-add', ['resurrected-element']],
    ['lose-add', ['lost-element', 'stale-read']],
    ['remove-wins', ['lost-element', 'stale-read']],
    ['cut-off', ['lost-element', 'resurrected-element']],
    ['hide', ['lost-element', 'stale-read']],
    ['invent', ['unexpected-element']],
    ['double', ['duplicate-element']],
  ])('of a set with the defect %s are blamed for it, and for nothing else', (defect, expected) => {
    let found = 0;
    for (let seed = 0; seed < 250; seed++) {
      const anomalies = names(run(defect, seed));
      expect(
        anomalies.filter((name) => !expected.includes(name)),
        `seed ${seed}`,
      ).toEqual([]);
      if (anomalies.length > 0) found++;
    }
    expect(found).toBeGreaterThan(30);
  });
});
