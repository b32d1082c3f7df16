import { describe, expect, it } from 'vitest';
import { defineModel, shapeProblems } from './define.js';
import { MODELS } from './table.js';

describe('the shape of a model', () => {
  it.each(MODELS.map((model) => [model.name, model] as const))(
    'is that of %s: users may say all that it says',
    (_, model) => {
      expect(shapeProblems(model)).toEqual([]);
      expect(defineModel(model)).toMatchObject({ name: model.name });
    },
  );

  it('is refused with everything that is wrong with it', () => {
    const problems = shapeProblems({
      name: 'odd',
      summary: 'Odd.',
      functions: { take: { observes: 'all', pure: 1 } },
      initial: 0,
      fade: true,
    });
    expect(problems.join('\n')).toMatch(/initial.*\n.*step.*\n.*unknown field "fade"\n.*observes.*\n.*pure/);
  });
});
