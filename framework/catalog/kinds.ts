// Where definitions of each kind live, relative to the root of the sources (or of dist/): a folder or file is its own registration.
import type { AnyChecker } from '../contracts/checker.js';
import { KIND, type Kind } from '../contracts/define.js';
import type { AnyDeployment } from '../contracts/deployment.js';
import type { AnyNemesis } from '../contracts/nemesis.js';
import type { AnySystem } from '../contracts/system.js';
import type { AnyWorkload } from '../contracts/workload.js';

export interface DefinitionOf {
  system: AnySystem;
  workload: AnyWorkload;
  nemesis: AnyNemesis;
  checker: AnyChecker;
  deployment: AnyDeployment;
}

export type Definition = DefinitionOf[Kind];

interface Room {
  folder: string;
  /** `files`: `<name>.ts` counts. `folders`: `<name>/index.ts` counts. */
  files: boolean;
  folders: boolean;
  /** For messages: "which nemeses are there". */
  plural: string;
}

export const ROOMS: Readonly<Record<Kind, Room>> = {
  system: { folder: 'systems', files: false, folders: true, plural: 'systems' },
  workload: { folder: 'workloads', files: true, folders: false, plural: 'workloads' },
  nemesis: { folder: 'nemeses', files: true, folders: false, plural: 'nemeses' },
  checker: { folder: 'checkers', files: true, folders: true, plural: 'checkers' },
  deployment: { folder: 'framework/deploy', files: false, folders: true, plural: 'deployments' },
};

/** The kind of a definition made by a `define…` function; undefined for anything else. */
export function kindOf(value: unknown): Kind | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, KIND)) return undefined;
  const kind: unknown = Reflect.get(value, KIND);
  return typeof kind === 'string' && Object.hasOwn(ROOMS, kind) ? (kind as Kind) : undefined;
}

/** True when `value` is a definition of this kind. */
export function isKind<K extends Kind>(kind: K, value: unknown): value is DefinitionOf[K] {
  return kindOf(value) === kind;
}

/** `a system`, `a nemesis`. */
export function article(kind: Kind): string {
  return `a ${kind}`;
}

/** True when `use` names a file rather than a built-in definition. */
export function isPath(use: string): boolean {
  return /^\.{0,2}[/\\]/.test(use) || /\.[cm]?[jt]sx?$/.test(use);
}
