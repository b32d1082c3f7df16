// Keeps the values of secrets out of what is shown and kept, whoever has printed them.
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError } from '../../contracts/error.js';
import type { Lifecycle } from '../../contracts/system.js';

const COVER = '***';
/** A text as short as this says nothing, and may be anywhere. */
const SHORTEST = 3;

export type Environment = Readonly<Record<string, string | undefined>>;

export class Secrets {
  readonly #values: readonly string[];

  constructor(values: readonly string[]) {
    // A value may be a part of another one.
    this.#values = values.filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
  }

  hide(text: string): string {
    return this.#values.reduce((hidden, value) => hidden.replaceAll(value, COVER), text);
  }

  /** The same in a file, or in all files of a folder; what cannot be read or written stays. Bytes around them are left as they are. */
  hideIn(path: string): void {
    if (this.#values.length === 0) return;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) for (const entry of readdirSync(path)) this.hideIn(join(path, entry));
    if (stats?.isFile() !== true) return;
    const before = readFileSync(path, 'latin1');
    const bytes = this.#values.map((value) => Buffer.from(value).toString('latin1'));
    const after = bytes.reduce((hidden, value) => hidden.replaceAll(value, COVER), before);
    if (after !== before) writeFileSync(path, after, 'latin1');
  }
}

export const NO_SECRETS = new Secrets([]);

/** Those of all steps, as far as they are set. */
export function secretsOf(lifecycle: Lifecycle, environment: Environment = process.env): Secrets {
  const { install, start, ready, stop, wipe } = lifecycle;
  const names = [install, start, ready, stop, wipe].flatMap((step) => step?.secrets ?? []);
  return new Secrets(names.flatMap((name) => environment[name] ?? []));
}

/** Secrets by name, for the environment of a step. Throws ChaosError('secret-missing') for one that is not set. */
export function secretVariables(
  names: readonly string[],
  environment: Environment = process.env,
): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const value = environment[name];
      if (value !== undefined) return [name, value];
      throw new ChaosError('secret-missing', `the variable ${name} is not set, which a step needs`, {
        hint: `Set ${name} in the environment of chaos.`,
        kind: 'usage',
      });
    }),
  );
}
