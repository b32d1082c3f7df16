// Typed identity functions: a folder or file that default-exports what they return is its own registration.
import type { Checker } from './checker.js';
import type { Deployment } from './deployment.js';
import type { Injection, Nemesis } from './nemesis.js';
import type { OptionValues } from './options.js';
import type { System } from './system.js';
import type { Workload } from './workload.js';

/** Marks a definition so that the catalog can tell it from any other default export. */
export const KIND = Symbol.for('chaosplan.kind');

export type Kind = 'system' | 'workload' | 'nemesis' | 'checker' | 'deployment';

export type Defined<T> = T & { readonly [KIND]: Kind };

function mark<T extends object>(kind: Kind, definition: T): Defined<T> {
  return Object.freeze({ ...definition, [KIND]: kind });
}

/** True when a `define…` function, in whichever copy of the package, has marked the value as one of this kind. */
export function isMarked(kind: string, value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, KIND) && Reflect.get(value, KIND) === kind;
}

export function defineSystem<O = OptionValues>(definition: System<O>): Defined<System<O>> {
  return mark('system', definition);
}

export function defineWorkload<O = OptionValues, S = unknown>(definition: Workload<O, S>): Defined<Workload<O, S>> {
  return mark('workload', definition);
}

export function defineNemesis<O = OptionValues, I extends Injection = Injection>(
  definition: Nemesis<O, I>,
): Defined<Nemesis<O, I>> {
  return mark('nemesis', definition);
}

export function defineChecker<O = OptionValues>(definition: Checker<O>): Defined<Checker<O>> {
  return mark('checker', definition);
}

export function defineDeployment<O = OptionValues>(definition: Deployment<O>): Defined<Deployment<O>> {
  return mark('deployment', definition);
}
