// Moves nodes' clocks: a jump of the wall clock, a rate that is too fast or too slow, or both; each target its own.
import type { ClockFault } from '../framework/contracts/cluster.js';
import { defineNemesis } from '../framework/contracts/define.js';
import type { Injection } from '../framework/contracts/nemesis.js';
import { option } from '../framework/contracts/options.js';
import type { Random } from '../framework/contracts/random.js';
import { drawsOf, rounded } from './shared/draws.js';
import { injectAll } from './shared/effects.js';
import { badInjection, isRecord, numberOf, onlyFields, targetsOf } from './shared/fields.js';

const NAME = 'clock';

/** When the plan asks for nothing in particular: seconds off, and a tenth too fast or too slow. */
const DEFAULT: ClockOptions = { bump: 5000, drift: 0.1 };

interface ClockOptions {
  /** Milliseconds. */
  bump?: number;
  /** Fraction. */
  drift?: number;
}

interface ClockInjection extends Injection {
  /** One for each target, in the same order: `offset` in milliseconds, `rate` 1 is true time. */
  clocks: readonly ClockFault[];
}

/** Up to `drift` faster, or slower by the same factor: 100% is anything between half and double speed. */
function rate(random: Random, drift: number): number {
  const factor = 1 + random.between(0, drift);
  return rounded(random.chance(0.5) ? factor : 1 / factor);
}

function clockOf(value: unknown): ClockFault {
  if (!isRecord(value)) throw badInjection(NAME, '"clocks" must hold objects with offset, rate or both');
  onlyFields(NAME, value, ['offset', 'rate'], 'a clock');
  const offset = numberOf(NAME, 'offset', value['offset'], 'a number of milliseconds', () => true);
  const speed = numberOf(NAME, 'rate', value['rate'], 'a number above 0, where 1 is true time', (x) => x > 0);
  if (offset === undefined && speed === undefined) throw badInjection(NAME, 'a clock needs an offset, a rate or both');
  return { ...(offset === undefined ? {} : { offset }), ...(speed === undefined ? {} : { rate: speed }) };
}

export default defineNemesis<ClockOptions, ClockInjection>({
  name: NAME,
  summary: "Bumps the targets' wall clocks and lets their clocks and timers run fast or slow, each by its own amount.",
  needs: ['clock'],
  options: {
    bump: option.duration(
      'Largest jump of the wall clock, forwards or back. Without any option: `bump: 5s`, `drift: 10%`.',
    ),
    drift: option.percent(
      'Largest change of speed, faster or slower by this factor: 100% is up to double and down to half speed.',
    ),
  },
  targets: 'some',
  choose: ({ options, targets, random }) => {
    const draws = drawsOf(random);
    const offsets = draws('offset');
    const rates = draws('rate');
    const { bump, drift } = options.bump === undefined && options.drift === undefined ? DEFAULT : options;
    const clocks = targets.map(
      (): ClockFault => ({
        ...(bump === undefined ? {} : { offset: rounded(offsets.between(-bump, bump)) }),
        ...(drift === undefined ? {} : { rate: rate(rates, drift) }),
      }),
    );
    return { targets, clocks };
  },
  inject: async (injection, faults) => {
    onlyFields(NAME, injection, ['targets', 'clocks']);
    const targets = targetsOf(NAME, injection);
    if (!Array.isArray(injection.clocks) || injection.clocks.length !== targets.length) {
      throw badInjection(NAME, '"clocks" must be a list with one clock for each target');
    }
    const clocks = injection.clocks.map(clockOf);
    return injectAll(targets.map((node, index) => () => faults.clock([node], clocks[index]!)));
  },
});
