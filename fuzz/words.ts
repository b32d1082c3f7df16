// The command line of `npm run fuzz`.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { MODELS } from '../checkers/linearizable/models/table.js';
import { ChaosError, messageOf } from '../framework/contracts/error.js';

export interface Words {
  models: string[];
  seed: number;
  /** Histories of each model: their number, and the first one. */
  histories: number;
  from: number;
  minutes: number | null;
  workers: number;
}

const HINT =
  'npm run fuzz [-- MODEL...] [--histories N] [--from N] [--seed S] [--minutes M] [--workers W]: by default all models, 1000000 histories of each, seed 1';

/** Throws `fuzz-usage`. */
export function parseWords(args: readonly string[]): Words {
  const { values, positionals } = parsed(args);
  const known = MODELS.map(({ name }) => name);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ChaosError('fuzz-usage', `there is no model ${unknown.join(', ')}`, {
      kind: 'usage',
      hint: `there are: ${known.join(', ')}`,
    });
  }
  const whole = (name: 'histories' | 'from' | 'seed' | 'workers', otherwise: number) => {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    return Number.isSafeInteger(value) && value >= 0 ? value : refuse(`--${name} takes a whole number`);
  };
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  if (minutes !== null && !(minutes > 0)) refuse('--minutes takes a number above 0');
  return {
    models: positionals.length === 0 ? known : [...new Set(positionals)],
    seed: whole('seed', 1),
    histories: whole('histories', 1_000_000),
    from: whole('from', 0),
    minutes,
    workers: Math.max(1, whole('workers', availableParallelism())),
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { histories: text, from: text, seed: text, minutes: text, workers: text };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return refuse(messageOf(error));
  }
}

function refuse(message: string): never {
  throw new ChaosError('fuzz-usage', message, { kind: 'usage', hint: HINT });
}
