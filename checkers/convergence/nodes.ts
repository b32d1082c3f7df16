// The nodes of a cluster as they report, one event after the other: who runs, what each holds, and what it has cost so far.
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { Nanoseconds } from '../../framework/contracts/time.js';
import type { Report } from '../shared/reports.js';
import { Agreement } from './agreement.js';

/** Rounds of gossip and messages, as a node counts them. */
interface Cost {
  round: number | null;
  sent: number | null;
}

interface NodeState {
  running: boolean;
  digest: string | null;
  /** Sorted; null: it says nothing of members. */
  members: readonly string[] | null;
  /** False: it says that it is no member (any more), so that nobody waits for it. */
  belongs: boolean;
  costs: { time: Nanoseconds; cost: Cost }[];
}

const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

export class Nodes {
  readonly digests: Agreement;
  readonly members: Agreement;
  readonly #quiet: Nanoseconds;
  readonly #states = new Map<string, NodeState>();

  /**
   * `running`: whether nodes run that nobody has said to start. `quiet`: from when on nodes should come to agree; `within`: for
   * how long they may differ from then on.
   */
  constructor(nodes: readonly string[], running: boolean, quiet: Nanoseconds, within: Nanoseconds) {
    this.#quiet = quiet;
    this.digests = new Agreement(quiet, within);
    this.members = new Agreement(quiet, within);
    for (const node of nodes) {
      this.#states.set(node, { running, digest: null, members: null, belongs: true, costs: [] });
    }
  }

  take(event: NodeEvent): void {
    const state = this.#states.get(event.node);
    if (state === undefined) return;
    if (event.kind === 'start' || event.kind === 'exit') {
      // Whatever it said before, it begins anew.
      Object.assign(state, { running: event.kind === 'start', digest: null, members: null, belongs: true });
    } else if (event.kind === 'report') {
      this.#report(state, event);
    } else return;
    const counts = state.running && state.belongs;
    this.digests.say(event.time, event.node, counts ? state.digest : null);
    this.members.say(event.time, event.node, counts && state.members !== null ? state.members.join(', ') : null);
  }

  /** Nodes that run, belong to the cluster and have said nothing of their state since they started. */
  silent(): string[] {
    return this.#taking()
      .map(([node]) => node)
      .filter((node) => !this.digests.has(node));
  }

  /** Nodes that take part at the end. */
  count(): number {
    return this.#taking().length;
  }

  /** What it cost from the quiet on until `until`: the most rounds of a node, messages of all; null: nodes do not say. */
  cost(until: Nanoseconds): Cost {
    const spent = (what: keyof Cost) =>
      [...this.#states.values()].flatMap(({ costs }) => {
        const known = costs.filter(({ cost }) => cost[what] !== null);
        const before = known.filter(({ time }) => time <= this.#quiet).at(-1);
        const after = known.filter(({ time }) => time <= until).at(-1);
        if (before === undefined || after === undefined) return [];
        return [Math.max(0, after.cost[what]! - before.cost[what]!)];
      });
    const rounds = spent('round');
    const sent = spent('sent');
    return {
      round: rounds.length === 0 ? null : Math.max(...rounds),
      sent: sent.length === 0 ? null : sent.reduce((sum, count) => sum + count, 0),
    };
  }

  /** Those that run and are members; where nodes report members, one that nobody names (a spare) is none. */
  #taking(): [string, NodeState][] {
    const all = [...this.#states];
    const named = new Set(all.flatMap(([, { running, members }]) => (running ? (members ?? []) : [])));
    return all.filter(([node, { running, belongs }]) => running && belongs && (named.size === 0 || named.has(node)));
  }

  #report(state: NodeState, { time, node, state: said }: Report): void {
    const { digest, members } = said;
    state.running = true;
    if (typeof digest === 'string' || typeof digest === 'number') state.digest = String(digest);
    if (Array.isArray(members)) {
      const names = members.map(String).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      state.members = names;
      state.belongs = names.includes(node);
    }
    const cost = { round: numberOf(said['round']), sent: numberOf(said['sent']) };
    if (cost.round === null && cost.sent === null) return;
    // Only the last one before the quiet matters.
    if (time <= this.#quiet) state.costs.length = 0;
    state.costs.push({ time, cost });
  }
}
