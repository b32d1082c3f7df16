// Locks: a plain one, one that knows its owner, one that its owner may acquire again, and one that hands out fencing tokens.
import { show } from '../../shared/text.js';
import { ILLEGAL, type Model } from './model.js';

/** Who acquires or releases: what was asked, else the process itself. */
const ownerOf = (input: unknown, process: number) => JSON.stringify(input ?? process);

const OWNED = { observes: 'input', owned: true } as const;

const showOperation = (f: string, input: unknown) =>
  input === null || input === undefined ? f : `${f} for ${show(input)}`;

export const mutex: Model<boolean> = {
  name: 'mutex',
  summary:
    'A lock without owners: acquire while it is free, release while it is held, by anybody. Starts free (`initial` true: held).',
  functions: { acquire: { observes: 'input' }, release: { observes: 'input' } },
  initial: (value) => value === true,
  step: (state, f) => (state === (f === 'acquire') ? ILLEGAL : f === 'acquire'),
  showState: (state) => (state ? 'held' : 'free'),
  showOperation: (f) => f,
};

/** States: the owner's text, or null. */
export const ownerMutex: Model<string | null> = {
  name: 'owner-mutex',
  summary:
    'A lock that only its owner releases: acquire and release, by the process or for the owner that the value names.',
  functions: { acquire: OWNED, release: OWNED },
  initial: (value) => (value === null || value === undefined ? null : JSON.stringify(value)),
  step(state, f, input, _output, process) {
    const owner = ownerOf(input, process);
    if (f === 'acquire') return state === null ? owner : ILLEGAL;
    return state === owner ? null : ILLEGAL;
  },
  showState: (state) => (state === null ? 'free' : `held by ${state}`),
  showOperation,
  lock: {
    role: (f, input, _output, process) => ({
      act: f === 'acquire' ? 'acquire' : 'release',
      owner: ownerOf(input, process),
    }),
  },
};

interface Held {
  readonly owner: string | null;
  readonly times: number;
  /** How often one owner may hold it; null: no limit. */
  readonly most: number | null;
}

export const reentrantMutex: Model<Held> = {
  name: 'reentrant-mutex',
  summary:
    'A lock that its owner may acquire again, and has to release as often; `initial` limits how often (null: no limit).',
  functions: { acquire: OWNED, release: OWNED },
  initial: (value) => ({ owner: null, times: 0, most: count(value, 'a reentrant-mutex') }),
  step({ owner, times, most }, f, input, _output, process) {
    const who = ownerOf(input, process);
    if (owner !== null && owner !== who) return ILLEGAL;
    if (f === 'acquire') return most !== null && times >= most ? ILLEGAL : { owner: who, times: times + 1, most };
    if (owner === null) return ILLEGAL;
    return times === 1 ? { owner: null, times: 0, most } : { owner, times: times - 1, most };
  },
  showState: ({ owner, times }) => (owner === null ? 'free' : `held by ${owner}${times > 1 ? `, ${times} times` : ''}`),
  showOperation,
};

interface Fenced {
  readonly owner: string | null;
  readonly token: number;
}

export const fencedMutex: Model<Fenced> = {
  name: 'fenced-mutex',
  summary:
    'A lock with owners whose acquire returns a fencing token, a whole number larger than all before; `initial` is the last one.',
  functions: { acquire: { observes: 'both', owned: true }, release: OWNED },
  initial: (value) => ({ owner: null, token: value === null || value === undefined ? 0 : token(value) }),
  step(state, f, input, output, process) {
    const owner = ownerOf(input, process);
    if (f === 'release') return state.owner === owner ? { owner: null, token: state.token } : ILLEGAL;
    if (state.owner !== null) return ILLEGAL;
    // What a token that nobody saw was: the least it can be leaves most room for the others.
    const next = output === undefined ? state.token + 1 : (output as number);
    return next > state.token ? { owner, token: next } : ILLEGAL;
  },
  problem(f, _input, output) {
    if (f !== 'acquire' || output === undefined || Number.isSafeInteger(output)) return undefined;
    return `an acquire returns a fencing token, a whole number, not ${show(output)}`;
  },
  showState: ({ owner, token }) => `${owner === null ? 'free' : `held by ${owner}`}, token ${token}`,
  showOperation: (f, input, output) =>
    f === 'release' || output === undefined ? showOperation(f, input) : `${showOperation(f, input)} → ${show(output)}`,
};

function count(value: unknown, what: string): number | null {
  if (value === null || value === undefined) return null;
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new RangeError(`${what} takes a whole number above 0, not ${show(value)}`);
}

function token(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new RangeError(`a fenced-mutex starts with a whole number, not ${show(value)}`);
}
