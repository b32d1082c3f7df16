// What nodes say to each other. Parts travel in batches: all that one node has for another at one moment is one message.
import { isVersions, type Versions } from './versions.js';

export type Part =
  /** What do you hold of the key? `tag` names what the sender holds, and need not be sent again. `bare`: without values. */
  | {
      readonly kind: 'get';
      readonly op: number;
      readonly key: string;
      readonly tag: string;
      readonly bare?: boolean;
    }
  /** Without `versions`: the same as you. */
  | { readonly kind: 'got'; readonly op: number; readonly versions?: Versions }
  /** Store this; without `op` nobody waits for an answer. `owed`: the home node that the receiver stands in for. */
  | {
      readonly kind: 'put';
      readonly op?: number;
      readonly key: string;
      readonly versions: Versions;
      readonly owed?: string;
    }
  | { readonly kind: 'stored'; readonly op: number }
  /** The sender owes this to the receiver. */
  | { readonly kind: 'hand'; readonly key: string; readonly versions: Versions }
  | { readonly kind: 'handed'; readonly key: string; readonly tag: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' };

type Check = (part: Record<string, unknown>) => boolean;

const CHECKS: Readonly<Record<Part['kind'], Check>> = {
  get: ({ op, key, tag }) => typeof op === 'number' && typeof key === 'string' && typeof tag === 'string',
  got: ({ op, versions }) => typeof op === 'number' && (versions === undefined || isVersions(versions)),
  put: ({ op, key, versions, owed }) =>
    (op === undefined || typeof op === 'number') &&
    typeof key === 'string' &&
    isVersions(versions) &&
    (owed === undefined || typeof owed === 'string'),
  stored: ({ op }) => typeof op === 'number',
  hand: ({ key, versions }) => typeof key === 'string' && isVersions(versions),
  handed: ({ key, tag }) => typeof key === 'string' && typeof tag === 'string',
  ping: () => true,
  pong: () => true,
};

/** Checks what came from the network. */
export function isPart(value: unknown): value is Part {
  if (typeof value !== 'object' || value === null) return false;
  const part = value as Record<string, unknown>;
  const { kind } = part;
  return typeof kind === 'string' && Object.hasOwn(CHECKS, kind) && CHECKS[kind as Part['kind']](part);
}

/** Keys of registers and the one set, as nodes store them: `7`, `"x"` and `set` are three. */
export function storedKey(key: string | number): string {
  return typeof key === 'number' ? String(key) : `"${key}"`;
}

export const SET_KEY = 'set';
