// Coordinates what clients ask: asks the nodes that hold the key, waits for R or W of them, and leaves them alike.
//
// DeCandia et al., "Dynamo: Amazon's highly available key-value store", SOSP 2007, 4.4 to 4.6 and 5.
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Core } from './core.js';
import { SET_KEY, storedKey } from './messages.js';
import { Operation, type Targets, type Wish } from './operation.js';
import { registerValue, setValue, setWith } from './values.js';
import { tagOf, type Versions } from './versions.js';

const RESEND = 'resend';

/** Operations that one incarnation can number. Ids stay exact integers for two million starts. */
const IDS_PER_INCARNATION = 2 ** 31;

/** How long replicas that were not needed for the answer may still come, in ticks. */
const LINGER = 4;

const BUSY = 3;

interface Repair {
  readonly node: string;
  readonly key: string;
  readonly versions: Versions;
}

export class Coordinator {
  readonly #core: Core;
  /** Operations under way, oldest first. */
  readonly #operations = new Map<number, Operation>();
  /**
   * What reads found that nodes lack, by node and key. It waits for the next tick: most of it is on its way from whoever wrote it,
   * and of a key that is in use the latest will do.
   */
  readonly #repairsDue = new Map<string, Repair>();
  readonly #patience: number;
  #nextId: number;
  #tick = 0;
  #ticking = false;

  constructor(core: Core) {
    this.#core = core;
    this.#patience = Math.ceil(core.options['give-up'] / core.options.resend);
    // A reply to an operation of an earlier life must match no operation of this one.
    this.#nextId = core.replica.incarnation * IDS_PER_INCARNATION;
  }

  begin(request: Message, wish: Wish, clientKey: string | number | undefined): void {
    const { replica } = this.#core;
    const key = clientKey === undefined ? SET_KEY : storedKey(clientKey);
    const partition = this.#core.partitionOf(key);
    // The timer may be about to fire: an operation that finds it running waits for the tick after the next.
    const due = this.#tick + (this.#ticking ? 2 : 1);
    const place = { key, partition, targets: this.#choose(partition) };
    const operation = new Operation(
      this.#nextId++,
      request,
      wish,
      place,
      replica.get(key),
      due,
      this.#tick + this.#patience,
    );
    this.#operations.set(operation.id, operation);
    // The wall clock orders the write of a register, whatever there was before.
    if (wish.f === 'write' && this.#core.options.versions === 'last-writer') this.#beginStore(operation);
    else this.#query(operation);
    this.#advance(operation);
    this.#arm();
  }

  /** Several operations are under way: more is about to be said to everybody. */
  get isBusy(): boolean {
    return this.#operations.size >= BUSY;
  }

  onGot(node: string, op: number, versions: Versions | undefined): void {
    const operation = this.#operations.get(op);
    if (operation === undefined || operation.phase !== 'query') return;
    const target = operation.targets.nodes.indexOf(node);
    if (target < 0 || operation.hasHeard(target)) return;
    if (versions === undefined) {
      operation.tags[target] = operation.knownTag;
    } else {
      operation.found = this.#core.replica.merge(operation.found, versions);
      operation.tags[target] = tagOf(versions);
    }
    operation.hear(target);
    this.#advance(operation);
  }

  onStored(node: string, op: number): void {
    const operation = this.#operations.get(op);
    if (operation === undefined || operation.phase !== 'store') return;
    const target = operation.targets.nodes.indexOf(node);
    if (target < 0) return;
    operation.hear(target);
    this.#advance(operation);
  }

  /** True when the timer was this one's. */
  timeout(timer: string): boolean {
    if (timer !== RESEND) return false;
    this.#ticking = false;
    this.#tick++;
    for (const { node, key, versions } of this.#repairsDue.values()) {
      this.#core.outbox.send(node, { kind: 'put', key, versions });
    }
    this.#repairsDue.clear();
    for (const operation of this.#operations.values()) {
      if (this.#tick >= operation.deadline) this.#expire(operation);
      else if (operation.resend.isDue(this.#tick)) this.#retry(operation);
    }
    this.#arm();
    return true;
  }

  #arm(): void {
    if (this.#ticking || this.#operations.size + this.#repairsDue.size === 0) return;
    this.#ticking = true;
    this.#core.env.setTimer(RESEND, this.#core.options.resend);
  }

  /** Strict: the home nodes. Sloppy: the first N on the ring that are not known to be silent. */
  #choose(partition: number): Targets {
    const { placement, options, suspects } = this.#core;
    const homes = placement.homes(partition);
    const targets: Targets = { nodes: [...homes], standsFor: homes.map(() => null) };
    if (options.quorum === 'strict') return targets;
    for (let i = 0; i < homes.length; i++) if (suspects.has(homes[i]!)) this.#replace(targets, i, partition);
    return targets;
  }

  /** Puts the next node on the ring that is in touch in the place of a target; false: there is none. */
  #replace(targets: Targets, target: number, partition: number): boolean {
    const { placement, suspects } = this.#core;
    const next = placement.order(partition).find((node) => !targets.nodes.includes(node) && !suspects.has(node));
    if (next === undefined) return false;
    targets.standsFor[target] ??= targets.nodes[target]!;
    targets.nodes[target] = next;
    return true;
  }

  /** A read that repairs asks all; otherwise R are enough, those first that are at hand and in touch. */
  #query(operation: Operation): void {
    const { options, env, suspects } = this.#core;
    const { nodes } = operation.targets;
    if (isRead(operation.wish) && this.#repairs) {
      for (let i = 0; i < nodes.length; i++) this.#askOne(operation, i);
      return;
    }
    const first = nodes.indexOf(env.id);
    if (first >= 0) this.#askOne(operation, first);
    let count = first >= 0 ? 1 : 0;
    for (const suspected of [false, true]) {
      for (let i = 0; i < nodes.length && count < options.r; i++) {
        if (i === first || suspects.has(nodes[i]!) !== suspected) continue;
        this.#askOne(operation, i);
        count++;
      }
    }
  }

  /** Planted bug: reads leave whoever missed a write as it is. */
  get #repairs(): boolean {
    const { options } = this.#core;
    return options['read-repair'] && options.bug !== 'no-read-repair';
  }

  #askOne(operation: Operation, target: number): void {
    const { env, outbox } = this.#core;
    const { id: op, key, phase, found: versions } = operation;
    const node = operation.targets.nodes[target]!;
    operation.ask(target);
    if (node === env.id) {
      this.#askSelf(operation, target);
    } else if (phase === 'query') {
      const bare = operation.wish.f === 'write';
      outbox.send(node, { kind: 'get', op, key, tag: operation.knownTag, ...(bare ? { bare } : {}) });
    } else {
      const owed = operation.targets.standsFor[target]!;
      outbox.send(node, { kind: 'put', op, key, versions, ...(owed === null ? {} : { owed }) });
    }
  }

  #askSelf(operation: Operation, target: number): void {
    const { key, found, targets } = operation;
    if (operation.phase === 'query') operation.tags[target] = operation.knownTag;
    else this.standIn(key, found, targets.standsFor[target]!);
    operation.hear(target);
  }

  /** Stores versions for a home node (null: for itself) until they can be delivered. */
  standIn(key: string, versions: Versions, home: string | null): void {
    const { replica, options } = this.#core;
    // Planted bug: the hint is acknowledged, and nowhere.
    if (home !== null && options.bug === 'drop-hint') {
      if (replica.entry(key) !== undefined && !this.#core.isHome(key)) replica.forget(key);
      return;
    }
    // Members may have changed since this node chose itself as a home node.
    replica.store(key, versions, home === null ? this.#core.owedByTaker(key) : this.#core.owedNow(key, [home]));
  }

  #advance(operation: Operation): void {
    const { options } = this.#core;
    if (operation.phase === 'query') {
      if (operation.count < options.r) return;
      if (!isRead(operation.wish)) {
        this.#beginStore(operation);
        return;
      }
    } else if (operation.count < options.w) return;
    if (!operation.isAnswered) {
      operation.isAnswered = true;
      operation.deadline = this.#tick + LINGER;
      this.#core.env.reply(operation.request, this.#answer(operation));
    }
    if (!operation.isComplete) return;
    this.#operations.delete(operation.id);
    if (isRead(operation.wish)) this.#repair(operation);
    this.#arm();
  }

  #beginStore(operation: Operation): void {
    const { env, replica, options, outbox } = this.#core;
    const { wish, key, found } = operation;
    const value = (past: Versions) =>
      wish.f === 'add' ? setWith(past, wish.value) : (wish as { value: unknown }).value;
    const decide = options.versions === 'last-writer' ? 'stamp' : 'add';
    const versions = replica[decide](env.id, key, found, env.now(), value);
    operation.beginStore(versions, this.#choose(operation.partition));
    const { nodes } = operation.targets;
    for (let i = 0; i < nodes.length; i++) if (nodes[i] !== env.id) this.#askOne(operation, i);
    outbox.write(() => {
      if (decide === 'add') replica.keep(key);
      else replica.store(key, versions);
      const self = nodes.indexOf(env.id);
      if (self >= 0 && this.#operations.has(operation.id)) {
        this.#askOne(operation, self);
        this.#advance(operation);
      }
    });
  }

  #answer({ wish, found }: Operation): Body {
    if (wish.f === 'write') return { type: 'write_ok' };
    if (wish.f === 'add') return { type: 'add_ok' };
    if (wish.f === 'read-set') return { type: 'read_ok', value: setValue(found) };
    if (found.length === 0) return errorBody(RPC.keyDoesNotExist, 'the key was never written');
    const value = registerValue(found, this.#core.options.siblings);
    if (found.length === 1) return { type: 'read_ok', value };
    return { type: 'read_ok', value, siblings: found.map((version) => version.value) };
  }

  /** Read repair (5): brings home nodes that answered with less up to date. */
  #repair({ targets, tags, found, key }: Operation): void {
    const { env, replica } = this.#core;
    if (!this.#repairs) return;
    const newest = tagOf(found);
    for (let i = 0; i < targets.nodes.length; i++) {
      const tag = tags[i];
      if (tag === undefined || tag === null || tag === newest || targets.standsFor[i] !== null) continue;
      const node = targets.nodes[i]!;
      if (node === env.id) this.#core.outbox.write(() => replica.store(key, found));
      else this.#repairsDue.set(`${node} ${key}`, { node, key, versions: found });
    }
  }

  #retry(operation: Operation): void {
    const { targets } = operation;
    for (let i = 0; i < targets.nodes.length; i++) {
      if (operation.hasHeard(i)) continue;
      if (operation.hasAsked(i)) this.#core.suspect(targets.nodes[i]!);
      if (operation.hasAsked(i) && !operation.isAnswered && this.#core.options.quorum === 'sloppy') {
        this.#replace(targets, i, operation.partition);
      }
      this.#askOne(operation, i);
    }
    if (this.#operations.has(operation.id)) this.#advance(operation);
  }

  #expire(operation: Operation): void {
    this.#operations.delete(operation.id);
    const isStored = operation.phase === 'store';
    if (isStored) this.#hint(operation);
    else if (operation.isAnswered) this.#repair(operation);
    if (operation.isAnswered) return;
    const code = isStored ? RPC.timeout : RPC.temporarilyUnavailable;
    this.#core.env.reply(operation.request, errorBody(code, 'too few nodes answered'));
  }

  /** Hinted handoff (4.6): home nodes that did not take the write shall have it later. */
  #hint(operation: Operation): void {
    const { options, replica, env } = this.#core;
    if (!options.hints || options.bug === 'drop-hint') return;
    const { key, found, targets } = operation;
    const { nodes, standsFor } = targets;
    const missing = nodes.map((node, i) => standsFor[i] ?? node).filter((_, i) => !operation.hasHeard(i));
    const owed = missing.filter((node) => node !== env.id);
    // With what is owed, which this node may have forgotten: members may have changed meanwhile.
    if (owed.length > 0) replica.store(key, found, this.#core.owedNow(key, owed));
  }
}

function isRead({ f }: Wish): boolean {
  return f === 'read' || f === 'read-set';
}
