// The command line of `npm run soak`.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ChaosError, messageOf } from '../framework/contracts/error.js';

export interface Words {
  /** Plans, and folders of plans; empty: all that are shipped. */
  paths: string[];
  seeds: number;
  workers: number;
  json: boolean;
}

const HINT =
  'npm run soak [-- PLAN-OR-FOLDER...] [--seeds N] [--workers W] [--json]: by default all plans, seeds 1 to 200';

/** Throws `soak-usage`. */
export function parseWords(args: readonly string[]): Words {
  const { values, positionals } = parsed(args);
  const whole = (name: 'seeds' | 'workers', otherwise: number) => {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    return Number.isSafeInteger(value) && value > 0 ? value : refuse(`--${name} takes a whole number above 0`);
  };
  return {
    paths: positionals,
    seeds: whole('seeds', 200),
    workers: whole('workers', availableParallelism()),
    json: values.json === true,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: { seeds: text, workers: text, json: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    return refuse(messageOf(error));
  }
}

function refuse(message: string): never {
  throw new ChaosError('soak-usage', message, { kind: 'usage', hint: HINT });
}
