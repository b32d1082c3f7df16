// Faults of clusters whose nodes are processes: counted, so that each heals alone; each node is then brought to what those in force
// want.
import type {
  ClockFault,
  DiskFault,
  Effect,
  Faults,
  Link,
  LinkQuality,
  MembershipChange,
} from '../contracts/cluster.js';
import { ChaosError } from '../contracts/error.js';
import type { Keep } from '../node/process/damage.js';
import { Counted } from './counted.js';
import type { Members } from './members.js';
import type { Topic, Wish } from './wish.js';

/** What not every node can be given. */
export type Breakage = 'clock' | DiskFault['kind'];

/** Damage to the files of a node that is started with it. */
export type LastingDamage = 'bit-flip' | 'truncate';

/** One node, as its faults see it. Every method resolves when what it asks for is so. */
export interface FaultyNode {
  /** Why this cannot be done to it, as the rest of a sentence; null: it can. */
  refusal(fault: Breakage): string | null;
  readonly running: boolean;
  /** Makes it what the faults in force want it to be; `wish` is asked when its turn comes. */
  reconcile(wish: () => Wish): Promise<void>;
  /** Tells it its clock or disk faults. */
  tell(topic: Topic, wish: () => Wish): Promise<void>;
  /** Kills it and damages its log as a crash would. */
  crash(keep: Keep, torn: boolean): Promise<void>;
  /** Kills it and damages its log, or a file of any program; the function returned takes that back, as far as anybody can. */
  damage(kind: LastingDamage, position: number): Promise<() => Promise<void>>;
}

/** What the cluster can do to the links between nodes. */
export type LinkFaults = Pick<Faults, 'cut' | 'degrade'>;

export class NodeFaults implements Faults {
  /** Only where hosts can be turned off. */
  readonly power?: NonNullable<Faults['power']>;
  readonly #links: LinkFaults;
  readonly #node: (id: string) => FaultyNode;
  readonly #members: Members;
  readonly #kills = new Counted<'kill'>();
  readonly #pauses = new Counted<'pause'>();
  readonly #outages = new Counted<'off'>();
  readonly #clocks = new Counted<ClockFault>();
  readonly #disks = new Counted<DiskFault>();

  constructor(
    links: LinkFaults,
    node: (id: string) => FaultyNode,
    members: Members,
    { power = false }: { power?: boolean } = {},
  ) {
    this.#links = links;
    this.#node = node;
    this.#members = members;
    if (power) this.power = (nodes) => this.#reconciled(nodes, this.#outages.add(nodes, 'off'));
  }

  isDown(id: string): boolean {
    return this.#kills.has(id) || this.#pauses.has(id) || this.#outages.has(id) || !this.#node(id).running;
  }

  cut(links: readonly Link[]): Promise<Effect> {
    return this.#links.cut(links);
  }

  degrade(links: readonly Link[], quality: LinkQuality): Promise<Effect> {
    return this.#links.degrade(links, quality);
  }

  change(change: MembershipChange): Promise<Effect> {
    return this.#members.change(change);
  }

  kill(nodes: readonly string[]): Promise<Effect> {
    return this.#reconciled(nodes, this.#kills.add(nodes, 'kill'));
  }

  pause(nodes: readonly string[]): Promise<Effect> {
    return this.#reconciled(nodes, this.#pauses.add(nodes, 'pause'));
  }

  async clock(nodes: readonly string[], fault: ClockFault): Promise<Effect> {
    this.#assertPossible(nodes, 'clock');
    const tell = (ids: readonly string[]) => this.#tell('clock', ids);
    return inForce(this.#clocks.add(nodes, fault), () => tell(nodes), tell);
  }

  async disk(nodes: readonly string[], fault: DiskFault): Promise<Effect> {
    this.#assertPossible(nodes, fault.kind);
    switch (fault.kind) {
      case 'lose-unsynced':
      case 'torn-tail': {
        const keep = fault.kind === 'lose-unsynced' ? 'none' : 'prefix';
        // Counted first: nothing may start the node between the damage and the count.
        const down = this.#kills.add(nodes, 'kill');
        const crash = () => each(nodes, (id) => this.#node(id).crash(keep, fault.kind === 'torn-tail'));
        return inForce(down, crash, (healed) => this.#reconcile(healed));
      }
      case 'bit-flip':
      case 'truncate':
        return this.#damage(nodes, fault.kind, fault.position ?? 0);
      case 'slow':
      case 'full':
      case 'read-only': {
        const undo = this.#disks.add(nodes, fault);
        return inForce(
          undo,
          () => this.#tell('disk', nodes),
          async (healed) => {
            await this.#tell('disk', healed);
            // A node that could not write has stopped; now it can.
            await this.#reconcile(healed);
          },
        );
      }
    }
  }

  /** With a damaged log a node of ours starts, finds it and refuses to run until that is taken back. */
  #damage(nodes: readonly string[], kind: LastingDamage, position: number): Promise<Effect> {
    const repairs = new Map<string, () => Promise<void>>();
    const begin = async () => {
      await each(nodes, async (id) => {
        repairs.set(id, await this.#node(id).damage(kind, position));
      });
      await this.#reconcile(nodes);
    };
    const repair = async () => {
      await each([...repairs.keys()], (id) => repairs.get(id)!());
      await this.#reconcile(nodes);
    };
    return inForce(() => nodes, begin, repair);
  }

  #reconciled(nodes: readonly string[], undo: () => readonly string[]): Promise<Effect> {
    const reconcile = (ids: readonly string[]) => this.#reconcile(ids);
    return inForce(undo, () => reconcile(nodes), reconcile);
  }

  #reconcile(nodes: readonly string[]): Promise<void> {
    return each(nodes, (id) => this.#node(id).reconcile(() => this.#wish(id)));
  }

  #tell(topic: Topic, nodes: readonly string[]): Promise<void> {
    return each(nodes, (id) => this.#node(id).tell(topic, () => this.#wish(id)));
  }

  #wish(id: string): Wish {
    return {
      dead: this.#kills.has(id),
      paused: this.#pauses.has(id),
      off: this.#outages.has(id),
      clock: this.#clocks.of(id),
      disk: this.#disks.of(id),
    };
  }

  #assertPossible(nodes: readonly string[], fault: Breakage): void {
    for (const id of nodes) {
      const refusal = this.#node(id).refusal(fault);
      if (refusal === null) continue;
      throw new ChaosError('unsupported-fault', `${id} ${refusal}`, {
        hint: 'Choose other faults, or a reference system.',
        kind: 'usage',
      });
    }
  }
}

/** Waits for all of them, also when one fails: nothing is under way any more then. */
async function each(nodes: readonly string[], step: (id: string) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(nodes.map(step));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** A fault is counted before it is put in force, so that nothing undoes it meanwhile; where that fails it counts no longer. */
async function inForce(
  undo: () => readonly string[],
  begin: () => Promise<void>,
  heal: (nodes: readonly string[]) => Promise<void>,
): Promise<Effect> {
  try {
    await begin();
  } catch (error) {
    await heal(undo()).catch(() => {});
    throw error;
  }
  return effect(() => heal(undo()));
}

/** Healing twice does nothing the second time. */
export function effect(heal: () => Promise<void>): Effect {
  let active = true;
  return {
    heal: async () => {
      if (!active) return;
      active = false;
      await heal();
    },
  };
}
