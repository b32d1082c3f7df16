import { describe, expect, it } from 'vitest';
import type { History } from '../../framework/contracts/history.js';
import type { Random } from '../../framework/contracts/random.js';
import { createRandom } from '../../framework/time/random.js';
import { judge, names, Script } from '../testing/script.js';
import durability from './index.js';
import { type Defect, registerHistory, type StoreShape } from './testing/store.js';

const x = { key: 'x' };
const start = () => new Script().phase('load');

/** Final reads of x (or of a set), one a node. */
function finals(script: Script, values: readonly unknown[], details: { key?: string } = x): Script {
  script.phase('heal').phase('recover').phase('final');
  values.forEach((value, node) => {
    script.did(90 + node, 'read', null, value, { ...details, node: `n${node + 1}` });
  });
  return script.phase('end');
}

describe('durability of registers', () => {
  const written = () => start().did(0, 'write', 1, 1, x).did(1, 'write', 2, 2, x).did(2, 'write', 3, 3, x);

  it('accepts final reads that return the last write', () => {
    expect(judge(durability, finals(written(), [3, 3]))).toMatchObject({
      valid: true,
      reason: 'the final reads of 1 key miss no acknowledged write',
      details: { acknowledged: 3, keys: 1, lostKeys: 0, lostWrites: 0 },
    });
  });

  it('finds acknowledged writes that no final read returns', () => {
    const verdict = judge(durability, finals(written(), [1, null, 1]));
    expect(verdict.anomalies).toEqual([
      {
        name: 'lost-write',
        message:
          'Process 2 on n3 wrote 3 to x, acknowledged at 0.006 s, but every final read of x returns what was there before: 1 (n1 and n3) and null (n2). It is lost; so is 1 acknowledged write before it.',
        operations: [1, 5, 10, 12, 14],
        key: 'x',
        evidence: { newer: 2 },
      },
    ]);
    expect(verdict.details).toMatchObject({ lostKeys: 1, lostWrites: 2 });
  });

  it('does not blame a store in which one node still has the write', () => {
    expect(judge(durability, finals(written(), [1, 3, 2])).valid).toBe(true);
    const again = finals(written(), [1]).did(90, 'read', null, 3, x);
    expect(judge(durability, again).valid).toBe(true);
  });

  it.each([
    ['at once with it', start().invoke(0, 'write', 1, x).invoke(1, 'write', 2, x).ok(1).ok(0), 1],
    ['in doubt, and may come later', start().invoke(0, 'write', 1, x).info(0).did(1, 'write', 2, 2, x), 1],
    ['never acknowledged', start().did(0, 'write', 1, 1, x).invoke(1, 'write', 2, x).info(1), 1],
    ['failed', start().did(0, 'write', 1, 1, x).invoke(1, 'write', 2, x).fail(1), 1],
    ['a cas that failed', start().did(0, 'write', 1, 1, x).invoke(1, 'cas', [1, 2], x).fail(1), 1],
    ['to another key', start().did(0, 'write', 1, 1, x).did(1, 'write', 2, 2, { key: 'y' }), 1],
  ])('allows a final value beside a write that was %s', (_, script, value) => {
    expect(judge(durability, finals(script, [value])).anomalies).toEqual([]);
  });

  it('knows that a write in doubt was there when a read has returned it', () => {
    const script = start().invoke(0, 'write', 1, x).info(0).did(2, 'read', null, 1, x).did(1, 'write', 2, 2, x);
    expect(names(judge(durability, finals(script, [1])))).toEqual(['lost-write']);
  });

  it('knows what a cas replaced', () => {
    const script = start().invoke(0, 'write', 1, x).invoke(1, 'cas', [1, 2], x).ok(1).ok(0);
    expect(judge(durability, finals(script, [1])).anomalies[0]!.message).toContain(
      'Process 1 on n2 changed x from 1 to 2, acknowledged at 0.003 s, but every final read of x returns',
    );
    const same = start().invoke(0, 'write', 1, x).invoke(1, 'cas', [1, 2], x).ok(1).ok(0);
    expect(judge(durability, finals(same, [2])).valid).toBe(true);
  });

  it('says what it cannot judge', () => {
    const twice = start().did(0, 'write', 1, 1, x).did(0, 'write', 2, 2, x).did(0, 'write', 1, 1, x);
    expect(judge(durability, finals(twice, [1]))).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('1 key could not be judged: 1 was written more than once to key x'),
    });
    expect(judge(durability, finals(written(), [9])).reason).toContain('was never written');
    expect(judge(durability, finals(written(), []))).toMatchObject({ valid: 'unknown', details: { keys: 0 } });
    expect(judge(durability, finals(start(), [null]))).toMatchObject({ reason: 'no write was acknowledged' });
    expect(judge(durability, written()).reason).toBe('the run ended before its final reads');
    expect(judge(durability, finals(written(), [3]), { cancelled: () => true }).valid).toBe('unknown');
  });

  it('takes the reads after the last update as final where there are no phases', () => {
    const script = new Script().did(0, 'write', 1, 1, x).did(0, 'write', 2, 2, x).did(1, 'read', null, 1, x);
    expect(names(judge(durability, script))).toEqual(['lost-write']);
    expect(judge(durability, script.did(0, 'cas', [2, 3], [2, 3], x)).valid).toBe('unknown');
  });
});

describe('durability of sets', () => {
  const added = () => start().did(0, 'add', 1).did(1, 'add', 2).invoke(2, 'add', 3).info(2);

  it('accepts final reads that show all elements together', () => {
    expect(judge(durability, finals(added(), [[1], [2]], {}))).toMatchObject({
      valid: true,
      details: { acknowledged: 2, elements: 2, finalReads: 2, lost: 0 },
    });
  });

  it('finds an acknowledged element that no final read shows', () => {
    expect(judge(durability, finals(added(), [[1], [1, 3]], {})).anomalies).toEqual([
      {
        name: 'lost-write',
        message:
          'Process 1 on n2 added 2, acknowledged at 0.004 s, but no final read shows it (n1 and n2), and nobody tried to remove it.',
        operations: [3, 10, 12],
        evidence: { element: 2 },
      },
    ]);
  });

  it('leaves out elements that somebody may have removed', () => {
    const removed = added().invoke(3, 'remove', 2).info(3);
    expect(judge(durability, finals(removed, [[1]], {}))).toMatchObject({ valid: true, details: { elements: 1 } });
    const failed = added().invoke(3, 'remove', 2).fail(3);
    expect(names(judge(durability, finals(failed, [[1]], {})))).toEqual(['lost-write']);
  });

  it('judges other functions when told to, and says why it knows nothing', () => {
    const broadcast = start().did(0, 'broadcast', 1);
    expect(judge(durability, finals(broadcast, [[]], {}), { with: { add: 'broadcast' } }).valid).toBe(false);
    expect(judge(durability, finals(added(), [7], {}))).toMatchObject({ valid: 'unknown', details: { finalReads: 0 } });
    expect(judge(durability, finals(start().invoke(0, 'add', 1).info(0), [[]], {})).valid).toBe('unknown');
  });
});

function shapeOf(random: Random, defect: Defect): StoreShape {
  return {
    nodes: 2 + random.int(3),
    processes: 2 + random.int(5),
    operations: 10 + random.int(60),
    keys: 1 + random.int(3),
    doubtful: random.pick([0, 0.1, 0.3]),
    gossip: random.pick([0.05, 0.3, 0.6]),
    defect,
  };
}

function history(defect: Defect, seed: number): History {
  const random = createRandom(seed, `store ${defect}`);
  return registerHistory(random, shapeOf(random, defect));
}

/** Keys of which something is lost, word by word: an acknowledged write that is newer than what each final read returns. */
function byDefinition(history: History): unknown[] {
  const operations = [...history.operations()];
  const last = history.nemesisEvents().at(-2)!.index;
  return history.keys.filter((key) => {
    const ofKey = operations.filter((one) => one.key === key);
    const finals = ofKey.filter(({ f, index, outcome }) => f === 'read' && index > last && outcome === 'ok');
    const isOver = (value: unknown, write: (typeof ofKey)[number]) =>
      value === null || ofKey.some((one) => one.outcome === 'ok' && one.value === value && one.end < write.index);
    const acknowledged = ofKey.filter(({ f, outcome }) => f === 'write' && outcome === 'ok');
    return finals.length > 0 && acknowledged.some((write) => finals.every(({ value }) => isOver(value, write)));
  });
}

describe('random histories of an eventually consistent store', () => {
  it.each<[Defect, number, number]>([
    ['none', 0, 0],
    ['late-node', 0, 0],
    ['forget', 20, 280],
    ['skewed', 20, 280],
  ])('with the defect %s lose what the definition says', (defect, least, most) => {
    let lossy = 0;
    for (let seed = 0; seed < 300; seed++) {
      const made = history(defect, seed);
      const verdict = judge(durability, made);
      const lost = verdict.anomalies.map(({ key }) => key);
      expect(new Set(lost), `seed ${seed}`).toEqual(new Set(byDefinition(made)));
      if (lost.length > 0) lossy++;
    }
    expect(lossy).toBeGreaterThanOrEqual(least);
    expect(lossy).toBeLessThanOrEqual(most);
  });
});
