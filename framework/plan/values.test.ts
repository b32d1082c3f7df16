// Options that do not come from a plan: resolved the same way, with all misfits in one error.
import { describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { option } from '../contracts/options.js';
import { resolveOptions } from './values.js';

const OPTIONS = {
  budget: option.duration('Time.', '5s'),
  share: option.percent('Share.'),
  model: option.choice('Model.', ['register', 'cas-register'], 'register'),
  mix: option.map('Weights.', { type: 'number' }, { read: 1 }),
  steps: option.list(
    'Steps.',
    option.object('A step.', { wait: option.duration('Pause.', '10ms'), times: option.integer('Times.', 1) }),
    [{}],
  ),
};

const failing = (given: Record<string, unknown>): ChaosError => {
  try {
    resolveOptions(OPTIONS, given, 'checker demo');
  } catch (error) {
    if (error instanceof ChaosError) return error;
    throw error;
  }
  throw new Error('accepted');
};

describe('options', () => {
  it('get their defaults, nested ones too, and numbers for units', () => {
    expect(resolveOptions(OPTIONS, {}, 'checker demo')).toEqual({
      budget: 5000,
      model: 'register',
      mix: { read: 1 },
      steps: [{ wait: 10, times: 1 }],
    });
    expect(
      resolveOptions(OPTIONS, { share: '30%', mix: { cas: 2 }, steps: [{ times: 3 }] }, 'checker demo'),
    ).toMatchObject({
      share: 0.3,
      mix: { cas: 2 },
      steps: [{ wait: 10, times: 3 }],
    });
  });

  it('keep their defaults to themselves', () => {
    const first = resolveOptions(OPTIONS, {}, 'checker demo');
    Object.assign(first['mix'] as object, { write: 9 });
    expect(resolveOptions(OPTIONS, {}, 'checker demo')['mix']).toEqual({ read: 1 });
  });

  it('that do not fit are told in one error', () => {
    const error = failing({ budgt: '5s', model: 'cas', share: 0.3 });
    expect([error.code, error.kind]).toEqual(['bad-options', 'usage']);
    expect(error.message.split('; ').sort()).toEqual(
      [
        'did you mean "30%"?',
        'did you mean "budget"?',
        'did you mean "cas-register"?',
        'option "model" of checker demo must be one of register or cas-register, got the text "cas"',
        'option "share" of checker demo must be a percentage such as 30%, got the number 0.3',
        'unknown option "budgt" of checker demo',
      ].sort(),
    );
  });
});
