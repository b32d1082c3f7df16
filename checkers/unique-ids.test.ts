import { describe, expect, it } from 'vitest';
import { judge, Script } from './testing/script.js';
import uniqueIds from './unique-ids.js';

describe('unique-ids', () => {
  it('accepts different ids, also ones that look alike', () => {
    const script = new Script().did(0, 'generate', null, 1).did(1, 'generate', null, '1').did(1, 'generate', null, [1]);
    script.invoke(2, 'generate').info(2);
    expect(judge(uniqueIds, script)).toMatchObject({
      valid: true,
      reason: '3 ids, all different',
      details: { acknowledged: 3, distinct: 3 },
    });
  });

  it('finds an id that was handed out twice', () => {
    const script = new Script().did(0, 'generate', null, 'a').at(1000).did(2, 'generate', null, 'a');
    expect(judge(uniqueIds, script).anomalies).toEqual([
      {
        name: 'duplicate-id',
        message: 'Id "a" was handed to process 0 on n1 at 0.001 s and again to process 2 on n3 at 1.001 s.',
        operations: [0, 2],
        evidence: { id: 'a' },
      },
    ]);
  });

  it('ignores what did not succeed, and knows nothing without an id', () => {
    const script = new Script().invoke(0, 'generate', 'x').info(0).invoke(1, 'generate', 'x').fail(1);
    expect(judge(uniqueIds, script)).toMatchObject({ valid: 'unknown', reason: 'no id was handed out' });
    expect(judge(uniqueIds, new Script()).valid).toBe('unknown');
  });
});
