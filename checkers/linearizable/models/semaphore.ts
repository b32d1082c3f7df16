// A semaphore: so many permits, acquired and released one or several at a time.
import { show } from '../../shared/text.js';
import { ILLEGAL, type Model } from './model.js';

interface Permits {
  readonly free: number;
  readonly all: number;
}

const permits = (input: unknown) => (input === null || input === undefined ? 1 : (input as number));

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

export const semaphore: Model<Permits> = {
  name: 'semaphore',
  summary: 'Permits: acquire and release so many (null: one); `initial` is how many there are (null: one).',
  functions: { acquire: { observes: 'input' }, release: { observes: 'input' } },
  initial(value) {
    if (value !== null && value !== undefined && !isCount(value)) {
      throw new RangeError(`a semaphore starts with a whole number of permits above 0, not ${show(value)}`);
    }
    return { free: permits(value), all: permits(value) };
  },
  step({ free, all }, f, input) {
    const left = f === 'acquire' ? free - permits(input) : free + permits(input);
    return left < 0 || left > all ? ILLEGAL : { free: left, all };
  },
  problem(f, input) {
    if (input === null || input === undefined || isCount(input)) return undefined;
    return `${f} takes a whole number of permits above 0, not ${show(input)}`;
  },
  showState: ({ free, all }) => `${free} of ${all} permits free`,
  showOperation: (f, input) => `${f} ${permits(input)}`,
};
