import { describe, expect, it } from 'vitest';
import echo from './echo.js';
import { judge, names, Script } from './testing/script.js';

describe('echo', () => {
  it('compares answers as JSON', () => {
    const script = new Script().did(0, 'echo', 'a').did(0, 'echo', { a: 1, b: [2] }, { b: [2], a: 1 });
    expect(judge(echo, script)).toMatchObject({ valid: true, details: { answered: 2 } });
  });

  it('finds a wrong answer', () => {
    const verdict = judge(echo, new Script().did(0, 'echo', 'a').did(1, 'echo', 'b', 'a').did(2, 'echo', 1, '1'));
    expect(names(verdict)).toEqual(['wrong-echo', 'wrong-echo']);
    expect(verdict.anomalies[0]).toMatchObject({
      message: 'Process 1 on n2 sent "b" and got back "a" at 0.003 s.',
      operations: [2],
    });
  });

  it('knows nothing without an answer', () => {
    expect(judge(echo, new Script().invoke(0, 'echo', 'a').info(0)).valid).toBe('unknown');
    expect(judge(echo, new Script()).valid).toBe('unknown');
  });
});
