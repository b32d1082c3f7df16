// The services of Maelstrom that nodes may call by name. They live in the parent and are never partitioned.
import { isDeepStrictEqual } from 'node:util';
import { type Body, errorBody, RPC } from '../../contracts/message.js';
import type { Random } from '../../contracts/random.js';

/** Answers requests; replies carry no `in_reply_to` yet. */
export interface Service {
  handle(client: string, request: Body): Body;
}

export const SERVICES: Readonly<Record<string, (random: Random) => Service>> = {
  'lin-kv': () => new LinearizableStore(),
  'seq-kv': (random) => new SequentialStore(random),
  'lww-kv': (random) => new LastWriteWinsStore(random),
  'lin-tso': () => new TimestampOracle(),
};

/** What an operation on one key comes to. `write`: the value to store, if any. */
interface Outcome {
  reply: Body;
  write?: { value: unknown };
}

/** One operation, given the present value (undefined: the key does not exist). */
function apply(request: Body, present: unknown): Outcome {
  switch (request.type) {
    case 'read':
      return present === undefined ? missing(request) : { reply: { type: 'read_ok', value: present } };
    case 'write':
      if (request['value'] === undefined) return malformed('a write needs a value');
      return { reply: { type: 'write_ok' }, write: { value: request['value'] } };
    case 'cas':
      return compareAndSet(request, present);
    default:
      return { reply: errorBody(RPC.notSupported, `this service does not know ${String(request.type)}`) };
  }
}

function compareAndSet(request: Body, present: unknown): Outcome {
  const { from, to } = request;
  if (to === undefined) return malformed('a cas needs from and to');
  const write = { value: to };
  if (present === undefined) {
    if (request['create_if_not_exists'] !== true) return missing(request);
    return { reply: { type: 'cas_ok' }, write };
  }
  if (isDeepStrictEqual(present, from)) return { reply: { type: 'cas_ok' }, write };
  const text = `expected ${JSON.stringify(from)}, but had ${JSON.stringify(present)}`;
  return { reply: errorBody(RPC.preconditionFailed, text) };
}

function missing(request: Body): Outcome {
  return { reply: errorBody(RPC.keyDoesNotExist, `there is no key ${JSON.stringify(request['key'])}`) };
}

function malformed(text: string): Outcome {
  return { reply: errorBody(RPC.malformedRequest, text) };
}

/** Keys are any JSON; undefined: the request has none. */
function keyOf(request: Body): string | undefined {
  return request['key'] === undefined ? undefined : JSON.stringify(request['key']);
}

const NO_KEY: Body = errorBody(RPC.malformedRequest, 'the request has no key');

/** Every request sees all that were answered before it. */
export class LinearizableStore implements Service {
  readonly #values = new Map<string, unknown>();

  handle(_client: string, request: Body): Body {
    const key = keyOf(request);
    if (key === undefined) return { ...NO_KEY };
    const { reply, write } = apply(request, this.#values.get(key));
    if (write !== undefined) this.#values.set(key, write.value);
    return reply;
  }
}

/** States that a client of the sequential store may still be shown. */
const REMEMBERED = 32;

interface Write {
  key: string;
  value: unknown;
}

/**
 * Sequentially consistent and no more: a read may be served from a past state, never from one before what its client has
 * seen or written. Writes and compare-and-sets act on the newest state. The order of the writes, with each read placed
 * right behind the state it saw, explains everything, and keeps each client's own order.
 */
export class SequentialStore implements Service {
  readonly #random: Random;
  /** The oldest state that may still be shown, and the writes since, oldest first. */
  readonly #base = new Map<string, unknown>();
  readonly #recent: Write[] = [];
  /** Number of the state `#base`; each write makes the next. */
  #first = 0;
  readonly #seen = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  handle(client: string, request: Body): Body {
    const key = keyOf(request);
    if (key === undefined) return { ...NO_KEY };
    const newest = this.#first + this.#recent.length;
    const state = request.type === 'read' ? this.#choose(client, newest) : newest;
    const { reply, write } = apply(request, this.#valueAt(state, key));
    this.#seen.set(client, state);
    if (write !== undefined) {
      this.#recent.push({ key, value: write.value });
      this.#seen.set(client, newest + 1);
      if (this.#recent.length > REMEMBERED) this.#forget();
    }
    return reply;
  }

  #choose(client: string, newest: number): number {
    const oldest = Math.max(this.#first, this.#seen.get(client) ?? 0);
    return oldest + this.#random.int(newest - oldest + 1);
  }

  #valueAt(state: number, key: string): unknown {
    for (let i = state - this.#first - 1; i >= 0; i--) {
      const write = this.#recent[i]!;
      if (write.key === key) return write.value;
    }
    return this.#base.get(key);
  }

  #forget(): void {
    const { key, value } = this.#recent.shift()!;
    this.#base.set(key, value);
    this.#first++;
  }
}

const REPLICAS = 3;

/** Chance that a request is followed by two replicas exchanging what they have. */
const GOSSIP = 0.3;

interface Stamped {
  value: unknown;
  time: number;
  replica: number;
}

/**
 * Eventually consistent: each request goes to any replica, replicas exchange states now and then, and of two values for a
 * key the one with the later time stamp stays. Replicas' clocks disagree, so an earlier write may win over a later one.
 */
export class LastWriteWinsStore implements Service {
  readonly #random: Random;
  readonly #replicas: Map<string, Stamped>[] = Array.from({ length: REPLICAS }, () => new Map());
  readonly #skew: number[];
  #requests = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#skew = this.#replicas.map(() => random.int(20));
  }

  handle(_client: string, request: Body): Body {
    const key = keyOf(request);
    if (key === undefined) return { ...NO_KEY };
    const replica = this.#random.int(REPLICAS);
    const values = this.#replicas[replica]!;
    const { reply, write } = apply(request, values.get(key)?.value);
    this.#requests++;
    if (write !== undefined) {
      merge(values, key, { value: write.value, time: this.#requests + this.#skew[replica]!, replica });
    }
    if (this.#random.chance(GOSSIP)) this.#gossip();
    return reply;
  }

  #gossip(): void {
    const [from, to] = this.#random.shuffle(this.#replicas);
    for (const [key, stamped] of from!) merge(to!, key, stamped);
  }
}

function merge(values: Map<string, Stamped>, key: string, stamped: Stamped): void {
  const present = values.get(key);
  const later =
    present === undefined ||
    stamped.time > present.time ||
    (stamped.time === present.time && stamped.replica > present.replica);
  if (later) values.set(key, stamped);
}

/** Linearizable, strictly increasing time stamps. */
export class TimestampOracle implements Service {
  #next = 0;

  handle(_client: string, request: Body): Body {
    if (request.type !== 'ts') return errorBody(RPC.notSupported, `this service does not know ${String(request.type)}`);
    return { type: 'ts_ok', ts: this.#next++ };
  }
}
