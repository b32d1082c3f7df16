// Clients' requests, as each replicated data type answers them.
import { type Body, RPC } from '../../framework/contracts/message.js';
import type { Crdt } from '../shared/crdt/crdt.js';
import { GSet } from '../shared/crdt/g-set.js';
import { LwwRegisters, type RegisterKey } from '../shared/crdt/lww-register.js';
import { OrSet } from '../shared/crdt/or-set.js';
import { PnCounter } from '../shared/crdt/pn-counter.js';
import type { GossipOptions, StateName } from './options.js';

/** `op`: an update to be made durable before the reply is given. */
export type Answer = { readonly reply: Body; readonly op?: unknown } | { readonly code: number; readonly text: string };

export interface Service {
  readonly crdt: Crdt;
  /** `now`: milliseconds of the node's wall clock. Changes nothing. */
  answer(body: Body, now: number): Answer;
}

const malformed = (text: string): Answer => ({ code: RPC.malformedRequest, text });
const unsupported = (state: StateName, body: Body): Answer => ({
  code: RPC.notSupported,
  text: `a ${state} has no such request: ${body.type}${body['key'] === undefined ? '' : ' with a key'}`,
});

/** A body belongs to the network once it is sent: each answer needs its own. */
const done = (type: string): Body => ({ type: `${type}_ok` });

function gSet(): Service {
  const set = new GSet();
  return {
    crdt: set,
    answer: (body) => {
      const { type, element, key } = body;
      if (type === 'read' && key === undefined) return { reply: { type: 'read_ok', value: set.values() } };
      if (type !== 'add' || body['delta'] !== undefined) return unsupported('g-set', body);
      if (element === undefined) return malformed('an add needs an element');
      return set.has(element) ? { reply: done(type) } : { reply: done(type), op: { add: element } };
    },
  };
}

function orSet({ bug }: GossipOptions): Service {
  const set = new OrSet(bug === 'drop-tombstone');
  return {
    crdt: set,
    answer: (body) => {
      const { type, element, key } = body;
      if (type === 'read' && key === undefined) return { reply: { type: 'read_ok', value: set.values() } };
      if ((type !== 'add' && type !== 'remove') || body['delta'] !== undefined) return unsupported('or-set', body);
      if (element === undefined) return malformed(`${type} needs an element`);
      if (type === 'add') return { reply: done(type), op: set.adding(element) };
      const op = set.removing(element);
      return op === null ? { reply: done(type) } : { reply: done(type), op };
    },
  };
}

function pnCounter(): Service {
  const counter = new PnCounter();
  return {
    crdt: counter,
    answer: (body) => {
      const { type, delta, key } = body;
      if (type === 'read' && key === undefined) return { reply: { type: 'read_ok', value: counter.value() } };
      if (type !== 'add' || body['element'] !== undefined) return unsupported('pn-counter', body);
      if (!Number.isSafeInteger(delta)) return malformed('an add needs an integer as its delta');
      return delta === 0 ? { reply: done(type) } : { reply: done(type), op: { add: delta } };
    },
  };
}

function lwwRegister({ stamps }: GossipOptions): Service {
  const registers = new LwwRegisters();
  // Hybrid: never before what this replica has seen of the key, so only writes at the same time can lose.
  const stamp = (key: RegisterKey, now: number) =>
    stamps === 'wall' ? now : Math.max(now, (registers.get(key)?.[2] ?? 0) + 1);
  return {
    crdt: registers,
    answer: (body, now) => {
      const { type, key, value } = body;
      if (type !== 'read' && type !== 'write') return unsupported('lww-register', body);
      if (key === undefined) return unsupported('lww-register', { type: `${type} without a key` });
      if (typeof key !== 'string' && typeof key !== 'number') return malformed('the key must be a string or a number');
      if (type === 'write') {
        if (value === undefined) return malformed('a write needs a value');
        return { reply: done(type), op: { key, value, stamp: stamp(key, now) } };
      }
      const item = registers.get(key);
      if (item === undefined) return { code: RPC.keyDoesNotExist, text: 'the key was never written' };
      return { reply: { type: 'read_ok', value: item[1] } };
    },
  };
}

const SERVICES: Readonly<Record<StateName, (options: GossipOptions) => Service>> = {
  'g-set': gSet,
  'or-set': orSet,
  'pn-counter': pnCounter,
  'lww-register': lwwRegister,
};

export function serviceFor(options: GossipOptions): Service {
  return SERVICES[options.state](options);
}
