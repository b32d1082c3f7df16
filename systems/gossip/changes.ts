// Changes of the members that this node was asked for: it invites and retires one after the other until all have confirmed.
//
// There is nothing to agree on: who belongs to the cluster is a table that merges, like all else here. A change is asked for
// again as a whole, by whomever, when this node gives up or goes down.
import { errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { VersionVector } from '../shared/crdt/version-vector.js';
import type { Swim } from '../shared/swim/swim.js';
import type { Belonging } from './belonging.js';
import type { Delta, Replica } from './replica.js';

const TIMER = 'change';
/** Pause before those are asked again who have not answered. Milliseconds. */
const RESEND = 100;

interface Change {
  readonly id: string;
  readonly request: Message;
  /** Who has not confirmed yet. This node itself is in neither. */
  readonly join: Set<string>;
  readonly leave: Set<string>;
  readonly leaving: readonly string[];
  /** On `env.elapsed()`. */
  readonly deadline: number;
}

interface Parts {
  readonly env: Environment;
  readonly cluster: string;
  readonly replica: Replica;
  readonly swim: Swim;
  readonly belonging: Belonging;
  /** Milliseconds until it gives up. */
  readonly patience: number;
  /** Planted bug: who lacks more than single updates joins without the state. */
  readonly withoutState: boolean;
}

export class Changes {
  readonly #parts: Parts;
  readonly #changes = new Map<string, Change>();
  #count = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `{type: 'change', join: [...], leave: [...], cluster?}`, answered `change_ok` when all of it is done. */
  onRequest(request: Message): void {
    const { env, replica, belonging, patience } = this.#parts;
    const { join, leave } = request.body;
    const problem = this.#problem(request);
    if (problem !== null) {
      env.reply(request, errorBody(problem.code, problem.text));
      return;
    }
    if (replica.requests.isRepeated(request.src, request.body.msg_id ?? 0)) return;
    replica.noteRequest(request.src, request.body.msg_id ?? 0);
    if (belonging.role !== 'member') {
      this.#refuse(request, `${env.id} is no member`);
      return;
    }
    const others = (ids: unknown) => new Set((ids as readonly string[]).filter((id) => id !== env.id));
    const id = `${env.id}-${replica.incarnation}.${++this.#count}`;
    const change: Change = {
      id,
      request,
      join: others(join),
      leave: others(leave),
      leaving: leave as readonly string[],
      deadline: env.elapsed() + patience,
    };
    this.#changes.set(id, change);
    this.#drive(change);
    env.setTimer(TIMER, RESEND);
  }

  /** A node that was invited asks whether that still holds. */
  onJoin({ src, body }: Message): void {
    const change = this.#open(body['change']);
    const version = VersionVector.parse(body['version']);
    if (change === undefined || !change.join.has(src) || version === null) return;
    const { env, replica, swim, cluster } = this.#parts;
    const delta = this.#welcome(replica.deltaFor(version), version);
    env.send(src, {
      type: 'join_ok',
      cluster,
      change: change.id,
      question: body['question'],
      members: swim.members.table(),
      ...(delta === null ? {} : { delta }),
    });
  }

  onJoined({ src, body }: Message): void {
    this.#confirmed(src, body, 'alive');
  }

  /** A node that was told to go asks whether that still holds. */
  onLeave({ src, body: { change: id, question } }: Message): void {
    const change = this.#open(id);
    if (change === undefined || !change.leave.has(src)) return;
    this.#parts.env.send(src, { type: 'leave_ok', change: change.id, question, leaving: change.leaving });
  }

  onDeparted({ src, body }: Message): void {
    this.#confirmed(src, body, 'left');
  }

  onRefused({ body: { change: id, text } }: Message): void {
    const change = this.#open(id);
    if (change === undefined) return;
    this.#changes.delete(change.id);
    this.#parts.env.reply(change.request, errorBody(RPC.abort, String(text)));
  }

  /** True when the timer was this one's. */
  timeout(timer: string): boolean {
    if (timer !== TIMER) return false;
    for (const change of [...this.#changes.values()]) if (this.#open(change.id) !== undefined) this.#drive(change);
    if (this.#changes.size > 0) this.#parts.env.setTimer(TIMER, RESEND);
    return true;
  }

  #problem({ body }: Message): { code: number; text: string } | null {
    const { join, leave, cluster } = body;
    const isList = (ids: unknown): ids is string[] =>
      Array.isArray(ids) && ids.every((id) => typeof id === 'string' && id !== '') && new Set(ids).size === ids.length;
    if (!isList(join) || !isList(leave)) {
      return { code: RPC.malformedRequest, text: 'join and leave must be lists of node ids, none twice' };
    }
    if (cluster !== undefined && cluster !== this.#parts.cluster) {
      return { code: RPC.abort, text: `this is cluster ${this.#parts.cluster}, not ${String(cluster)}` };
    }
    if (join.some((id) => leave.includes(id))) {
      return { code: RPC.malformedRequest, text: 'a node cannot join and leave at once' };
    }
    const after = [...this.#parts.swim.members.ids(), ...join].filter((id) => !leave.includes(id));
    return after.length > 0 ? null : { code: RPC.abort, text: 'somebody must stay' };
  }

  /** The change, if it is still open; one that took too long is given up. */
  #open(id: unknown): Change | undefined {
    const change = typeof id === 'string' ? this.#changes.get(id) : undefined;
    if (change === undefined || this.#parts.env.elapsed() < change.deadline) return change;
    this.#changes.delete(change.id);
    this.#refuse(change.request, 'not all of them have confirmed: ask again');
    return undefined;
  }

  /** Asks those who have not confirmed. First all come, then others go, and this node goes last. */
  #drive(change: Change): void {
    const { env, cluster } = this.#parts;
    const [type, asked] = change.join.size > 0 ? ['invite', change.join] : ['retire', change.leave];
    for (const node of asked as ReadonlySet<string>)
      env.send(node, { type: type as string, change: change.id, cluster });
    if ((asked as ReadonlySet<string>).size === 0) this.#finish(change);
  }

  /** What a node gets that comes in: all that it lacks. */
  #welcome(delta: Delta | null, version: VersionVector): Delta | null {
    if (!this.#parts.withoutState || delta === null || !('state' in delta)) return delta;
    // Planted bug: the state is left out, and the node counts as up to date all the same.
    return { from: version.toJSON(), to: delta.to, updates: [] };
  }

  #confirmed(src: string, { change: id, incarnation }: Message['body'], status: 'alive' | 'left'): void {
    const change = this.#open(id);
    const waiting = status === 'alive' ? change?.join : change?.leave;
    if (change === undefined || !waiting?.has(src) || !Number.isSafeInteger(incarnation)) return;
    // A node that was never let in has nothing to leave.
    const known = this.#parts.swim.members.get(src);
    if (status === 'alive' || known !== undefined) {
      this.#parts.swim.hear({ member: src, status, incarnation: incarnation as number });
    }
    waiting.delete(src);
    if (waiting.size === 0) this.#drive(change);
  }

  #finish(change: Change): void {
    const { env, belonging } = this.#parts;
    this.#changes.delete(change.id);
    const { request } = change;
    if (!change.leaving.includes(env.id)) {
      env.reply(request, { type: 'change_ok' });
      return;
    }
    belonging.leave(change.leaving, (departed) => {
      if (departed) env.reply(request, { type: 'change_ok' });
      else this.#refuse(request, 'nobody took over in time: ask again');
    });
  }

  #refuse(request: Message, text: string): void {
    this.#parts.env.reply(request, errorBody(RPC.temporarilyUnavailable, text));
  }
}
