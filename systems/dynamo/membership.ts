// Nodes join and leave: views of the members spread by gossip, and a change is complete when everybody has passed on what moved.
import { errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Core } from './core.js';
import type { Handoff } from './handoff.js';
import { MOST_NODES } from './options.js';
import { changeMembers, isIn, isMembers, type Members, mergeMembers } from './placement.js';

const CHANGE = 'change';

interface Change {
  readonly request: Message;
  readonly join: readonly string[];
  /** Those whose keys move, besides the members. */
  readonly leave: readonly string[];
  /** Who has passed on everything, under the members that `mark` names. */
  mark: number;
  readonly done: Set<string>;
}

export class Membership {
  readonly #core: Core;
  readonly #handoff: Handoff;
  #changes: Change[] = [];
  #armed = false;

  constructor(core: Core, handoff: Handoff) {
    this.#core = core;
    this.#handoff = handoff;
  }

  /** True when the message was this one's. */
  receive(message: Message): boolean {
    switch (message.body.type) {
      case 'ring':
        this.#onRing(message);
        return true;
      case 'stranger':
        this.#onStranger(message);
        return true;
      case 'moved':
        this.#onMoved(message);
        return true;
      case 'moved_ok':
        this.#onMovedOk(message);
        return true;
      default:
        return false;
    }
  }

  /** True when the timer was this one's. */
  timeout(timer: string): boolean {
    if (timer !== CHANGE) return false;
    this.#armed = false;
    this.#ask();
    return true;
  }

  /** A node sees other members: one of the two will learn what the other knows. */
  tell(node: string): void {
    const { env, options, placement } = this.#core;
    env.send(node, { type: 'ring', cluster: options.cluster, members: placement.members });
  }

  /** Answers `change_ok` when all concerned have passed on what they owe. */
  change(request: Message): void {
    const { join, leave, cluster } = request.body;
    const problem = this.#problem(join, leave, cluster);
    if (problem !== null) {
      this.#core.env.reply(request, errorBody(...problem));
      return;
    }
    const { placement, env } = this.#core;
    const members = changeMembers(placement.members, join as string[], leave as string[]);
    if (members !== placement.members && !this.#core.isMember) {
      env.reply(request, errorBody(RPC.temporarilyUnavailable, `${env.id} is not a member`));
      return;
    }
    this.#adopt(members);
    for (const node of placement.known) if (node !== env.id) this.tell(node);
    this.#changes.push({
      request,
      join: join as string[],
      leave: leave as string[],
      mark: placement.mark,
      done: new Set(),
    });
    this.#ask();
  }

  #problem(join: unknown, leave: unknown, cluster: unknown): [number, string] | null {
    const { options, placement } = this.#core;
    if (!isNames(join) || !isNames(leave) || join.some((node) => leave.includes(node))) {
      return [RPC.malformedRequest, 'join and leave must be lists of different nodes'];
    }
    if (cluster !== options.cluster) {
      return [RPC.abort, `this is the cluster ${options.cluster}, not ${String(cluster)}`];
    }
    const after = changeMembers(placement.members, join, leave);
    const count = Object.keys(after).filter((node) => isIn(after, node)).length;
    if (count < options.n) return [RPC.abort, `${count} members cannot hold ${options.n} copies`];
    if (count > MOST_NODES) return [RPC.abort, `a cluster has at most ${MOST_NODES} members`];
    return null;
  }

  #onRing({ src, body: { cluster, members } }: Message): void {
    const { placement, options, env } = this.#core;
    if (cluster !== options.cluster || !isMembers(members)) {
      if (!isMembers(members)) return;
      env.print(`${src} belongs to the cluster ${String(cluster)}: refused`);
      env.send(src, { type: 'stranger', cluster: options.cluster });
      return;
    }
    this.#adopt(mergeMembers(placement.members, members));
    if (mergeMembers(members, placement.members) !== members) this.tell(src);
  }

  /** A node that was asked in belongs to another cluster: the change is taken back, and whoever asked for it hears why. */
  #onStranger({ src, body: { cluster } }: Message): void {
    const { env, placement, options } = this.#core;
    if (cluster === options.cluster) return;
    const refused = this.#changes.filter(({ join }) => join.includes(src));
    if (refused.length === 0) return;
    this.#changes = this.#changes.filter((change) => !refused.includes(change));
    for (const { request, join, leave } of refused) {
      this.#adopt(changeMembers(placement.members, [...leave], [...join]));
      env.reply(
        request,
        errorBody(RPC.abort, `${src} belongs to the cluster ${String(cluster)}, not to ${options.cluster}`),
      );
    }
    for (const node of placement.known) if (node !== env.id && node !== src) this.tell(node);
    this.#ask();
  }

  #adopt(members: Members): void {
    const { placement, replica, env } = this.#core;
    if (members === placement.members) return;
    const before = new Map<string, readonly string[]>();
    for (const { key } of replica.entries()) before.set(key, this.#core.homesOf(key));
    replica.keepMembers(members);
    placement.update(members);
    env.print(`members: ${placement.ids.join(' ')}`);
    this.#handoff.onMembers((key) => before.get(key)!);
  }

  #onMoved({ src, body: { ring } }: Message): void {
    const { env, placement } = this.#core;
    if (ring !== placement.mark) this.tell(src);
    else if (this.#handoff.isSettled) env.send(src, { type: 'moved_ok', ring });
  }

  #onMovedOk({ src, body: { ring } }: Message): void {
    if (ring !== this.#core.placement.mark) return;
    for (const change of this.#changes) if (change.mark === ring) change.done.add(src);
    this.#finish();
  }

  /** Asks everybody concerned who has not said so whether all has moved. */
  #ask(): void {
    const { placement, env, options } = this.#core;
    const { mark } = placement;
    const asked = new Set<string>();
    for (const change of this.#changes) {
      if (change.mark !== mark) {
        change.mark = mark;
        change.done.clear();
      }
      if (this.#handoff.isSettled) change.done.add(env.id);
      for (const node of this.#concerned(change)) if (!change.done.has(node)) asked.add(node);
    }
    asked.delete(env.id);
    for (const node of asked) env.send(node, { type: 'moved', ring: mark });
    this.#finish();
    if (this.#changes.length > 0 && !this.#armed) {
      this.#armed = true;
      env.setTimer(CHANGE, options.resend);
    }
  }

  #concerned(change: Change): string[] {
    return [...new Set([...this.#core.placement.ids, ...change.leave, this.#core.env.id])];
  }

  #finish(): void {
    const isComplete = (change: Change) =>
      change.mark === this.#core.placement.mark && this.#concerned(change).every((node) => change.done.has(node));
    for (const change of this.#changes) {
      if (isComplete(change)) this.#core.env.reply(change.request, { type: 'change_ok' });
    }
    this.#changes = this.#changes.filter((change) => !isComplete(change));
  }
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
