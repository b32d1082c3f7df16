import { describe, expect, it } from 'vitest';
import { registerHistory } from '../../../bench/histories/registers.js';
import { createRandom } from '../../../framework/time/random.js';
import { Script } from '../../testing/script.js';
import { checkLinearizable, type LinearizableOptions } from '../check.js';

function only(script: Script, options: LinearizableOptions = {}) {
  const { anomalies } = checkLinearizable(script.history(), options);
  expect(anomalies).toHaveLength(1);
  return anomalies[0]!;
}

describe('witnesses', () => {
  it('show one of many writes of a value when all of them have to be over', () => {
    const script = new Script();
    for (let turn = 0; turn < 200; turn++) script.did(0, 'write', turn % 2);
    const anomaly = only(script.did(1, 'read', null, 0));
    // 100 writes of 0 and the last write of 1; that of the others nothing is needed.
    expect(anomaly).toMatchObject({
      name: 'stale-read',
      operations: [396, 398, 400],
      evidence: { folded: 99, rechecked: true },
    });
    const shorter = new Script();
    for (let turn = 0; turn < 40; turn++) shorter.did(0, 'write', turn % 2);
    expect(only(shorter.did(1, 'read', null, 0))).toMatchObject({
      operations: [76, 78, 80],
      evidence: { folded: 19, irreducible: true, rechecked: true },
    });
  });

  it('rest on few operations also at the end of a long chain of compare-and-sets', () => {
    const script = new Script().did(0, 'write', 0);
    for (let value = 0; value < 3000; value++) script.did(value % 7, 'cas', [value, value + 1]);
    const anomaly = only(script.did(8, 'read', null, 2000));
    // The last cas implies all others: however they are placed, 2000 was gone when it succeeded.
    expect(anomaly).toMatchObject({
      name: 'stale-read',
      operations: [6000, 6002],
      evidence: { folded: 0, irreducible: true },
    });
    const early = only(script, { monitors: false });
    expect(early.evidence!['stuck']).toBe(anomaly.evidence!['stuck']);
  });

  it('are found by the search alone as well, in a window before the operation that does not fit', () => {
    const load = { operations: 2000, clients: 5, values: 3, reads: 0.5, cas: 0.1, crashed: 0, lie: 0.5 };
    const history = registerHistory(createRandom(1, 'window'), load);
    const [fast] = checkLinearizable(history).anomalies;
    const [slow] = checkLinearizable(history, { monitors: false }).anomalies;
    expect(slow!.evidence!['stuck']).toBe(fast!.evidence!['stuck']);
    expect(slow!.operations!.length).toBeLessThanOrEqual(8);
    expect(fast!.operations!.length).toBeLessThanOrEqual(4);
  });

  it('are the last operations where no small part proves anything', () => {
    // 150 pending writes allow 150 changes of the value, and all reads together are one too many.
    const script = new Script();
    for (let process = 0; process < 150; process++) script.invoke(process, 'write', process % 3);
    for (let turn = 0; turn <= 152; turn++) script.did(200, 'read', null, turn % 3);
    const anomaly = only(script);
    expect(anomaly).toMatchObject({ name: 'not-linearizable', evidence: { irreducible: false } });
    expect(anomaly.operations).toHaveLength(8);
  });
});
