// Who belongs to the cluster: asks the system for changes of its members until it confirms them, one change at a time.
import type { Cluster, Effect, MembershipChange } from '../contracts/cluster.js';
import type { ProvisionContext } from '../contracts/deployment.js';
import { ChaosError } from '../contracts/error.js';
import type { Body } from '../contracts/message.js';
import type { OptionValues } from '../contracts/options.js';
import type { Membership } from '../contracts/system.js';
import { type Clock, type Milliseconds, type Nanoseconds, toNs } from '../contracts/time.js';

export interface MembersContext {
  clock: Clock;
  /** The system's words for it; undefined: its members cannot change. */
  membership: Membership | undefined;
  /** The system's options. */
  options: OptionValues;
  nodes: readonly string[];
  spares: readonly string[];
  leader: () => string | null;
  request: (client: string, node: string, body: Body, reply: (body: Body) => void) => void;
  abandon: (client: string) => void;
}

/** How long one node may take to answer, and the pause after a refusal. */
const ANSWER: Milliseconds = 2000;
const PAUSE: Milliseconds = 200;
/** How long the system may take to confirm a change, and to confirm that it was undone. */
const CHANGE: Milliseconds = 15_000;
const UNDO: Milliseconds = 60_000;
/** Clients that ask are named as those of the load, and far beyond them. */
const FIRST_CLIENT = 998_000_000;

/**
 * Changes are counted, as all faults are: a node belongs to the cluster when it has been let in more often than out, those of the
 * plan once to begin with. So each effect heals itself, in whatever order.
 */
export class Members {
  readonly #context: MembersContext;
  readonly #all: readonly string[];
  readonly #counts: Map<string, number>;
  #current: readonly string[];
  /** A change was asked for and not confirmed: some day it may be made. */
  #doubt = false;
  /** The change under way, and those behind it. */
  #queue: Promise<void> = Promise.resolve();
  #clients = 0;

  constructor(context: MembersContext) {
    this.#context = context;
    this.#all = [...context.nodes, ...context.spares];
    this.#current = context.nodes;
    this.#counts = new Map(this.#all.map((node) => [node, context.nodes.includes(node) ? 1 : 0]));
  }

  /** Those that are to belong to it, whether or not the system has confirmed it yet. */
  get wanted(): readonly string[] {
    return this.#all.filter((node) => this.#counts.get(node)! > 0);
  }

  /** As far as the system has confirmed it. */
  get current(): readonly string[] {
    return this.#current;
  }

  /** Rejects when the system does not confirm the change in time; it is undone by then. */
  async change({ join, leave }: MembershipChange): Promise<Effect> {
    if (this.#context.membership === undefined) {
      throw new ChaosError('no-membership', 'the members of this system cannot change', { kind: 'usage' });
    }
    const stranger = [...join, ...leave].find((node) => !this.#counts.has(node));
    if (stranger !== undefined) throw new ChaosError('unknown-node', `there is no node ${stranger}`, { kind: 'usage' });
    this.#count(join, leave);
    if (this.wanted.length === 0) {
      this.#count(leave, join);
      throw new ChaosError('no-members', 'nobody would be left in the cluster');
    }
    let active = true;
    const undo = async () => {
      if (!active) return;
      active = false;
      this.#count(leave, join);
      if (await this.#settle(UNDO)) return;
      throw new ChaosError(
        'members-not-restored',
        `the cluster did not confirm within ${UNDO / 1000} s that its members are ${this.wanted.join(', ')} again`,
        {
          hint: 'it still cannot agree although the change was asked for again and again: its logs say more',
        },
      );
    };
    if (await this.#settle(CHANGE)) return { heal: undo };
    await undo();
    throw new ChaosError('not-confirmed', `the cluster did not confirm the change within ${CHANGE / 1000} s`);
  }

  #count(join: readonly string[], leave: readonly string[]): void {
    for (const node of join) this.#counts.set(node, this.#counts.get(node)! + 1);
    for (const node of leave) this.#counts.set(node, this.#counts.get(node)! - 1);
  }

  /** Brings the members to what is wanted, after the changes before; false when that was not confirmed in time. */
  #settle(within: Milliseconds): Promise<boolean> {
    const step = this.#queue.then(() => this.#bring(within));
    this.#queue = step.then(() => {});
    return step;
  }

  async #bring(within: Milliseconds): Promise<boolean> {
    const { clock } = this.#context;
    const until = clock.now() + toNs(within);
    for (let turn = 0; clock.now() < until; turn++) {
      const wanted = this.wanted;
      const join = wanted.filter((node) => this.#doubt || !this.#current.includes(node));
      const leave = (this.#doubt ? this.#all : this.#current).filter((node) => !wanted.includes(node));
      if (join.length + leave.length === 0) return true;
      // The leader and some member by turns: who leads, as far as known, may be cut off or gone.
      const whom = this.#context.leader() ?? this.#current[turn % this.#current.length]!;
      const node = turn % 2 === 0 ? whom : this.#current[(turn >> 1) % this.#current.length]!;
      const confirmed = await this.#ask(
        node,
        this.#context.membership!.change(join, leave, this.#context.options),
        until,
      );
      this.#doubt = !confirmed;
      if (confirmed) this.#current = wanted;
      else await clock.sleep(PAUSE);
    }
    return false;
  }

  /** True when the node confirms; a refusal or silence is false. */
  #ask(node: string, body: Body, until: Nanoseconds): Promise<boolean> {
    const { clock, request, abandon } = this.#context;
    const client = `c${FIRST_CLIENT + this.#clients++}`;
    return new Promise((resolve) => {
      const alarm = clock.at(Math.min(until, clock.now() + toNs(ANSWER)), () => {
        abandon(client);
        clock.settle();
        resolve(false);
      });
      request(client, node, body, (reply) => {
        alarm.cancel();
        clock.settle();
        resolve(reply.type === `${body.type}_ok`);
      });
    });
  }
}

/** The members of a cluster, as its context and its own verbs say. */
export function membersOf(
  context: Pick<ProvisionContext<unknown>, 'clock' | 'system' | 'systemOptions' | 'nodes' | 'spares'>,
  cluster: Pick<Cluster, 'leader' | 'request' | 'abandon'>,
): Members {
  const { clock, system, systemOptions, nodes, spares = [] } = context;
  return new Members({
    clock,
    membership: system.membership,
    options: systemOptions,
    nodes,
    spares,
    leader: () => cluster.leader(),
    request: (client, node, body, reply) => cluster.request(client, node, body, reply),
    abandon: (client) => cluster.abandon(client),
  });
}
