// Faults of the simulation: counted on the nodes, in force at once.
import type {
  ClockFault,
  DiskFault,
  Effect,
  Faults,
  Link,
  LinkQuality,
  MembershipChange,
} from '../../contracts/cluster.js';
import type { Network } from '../../network/network.js';
import type { SimulatedNode } from '../../node/simulated/node.js';
import { Counted } from '../counted.js';
import type { Members } from '../members.js';

/** Disk faults that need the node to be dead, and keep it so while they last. */
const DEADLY: ReadonlySet<DiskFault['kind']> = new Set(['lose-unsynced', 'torn-tail', 'bit-flip', 'truncate']);

export class SimulatedFaults implements Faults {
  readonly #network: Network;
  readonly #node: (id: string) => SimulatedNode;
  readonly #members: Members;
  readonly #kills = new Counted<'kill'>();
  readonly #pauses = new Counted<'pause'>();
  readonly #clocks = new Counted<ClockFault>();
  readonly #disks = new Counted<DiskFault>();

  constructor(network: Network, node: (id: string) => SimulatedNode, members: Members) {
    this.#network = network;
    this.#node = node;
    this.#members = members;
  }

  isDown(id: string): boolean {
    return this.#kills.has(id) || this.#pauses.has(id) || !this.#node(id).running;
  }

  async cut(links: readonly Link[]): Promise<Effect> {
    return effect(this.#network.cut(links));
  }

  async degrade(links: readonly Link[], quality: LinkQuality): Promise<Effect> {
    return effect(this.#network.degrade(links, quality));
  }

  change(change: MembershipChange): Promise<Effect> {
    return this.#members.change(change);
  }

  async kill(nodes: readonly string[]): Promise<Effect> {
    for (const id of nodes) this.#node(id).kill();
    return this.#down(nodes);
  }

  async pause(nodes: readonly string[]): Promise<Effect> {
    const undo = this.#pauses.add(nodes, 'pause');
    for (const id of nodes) this.#node(id).pause();
    return effect(() => {
      for (const id of undo()) {
        if (this.#pauses.has(id)) continue;
        this.#node(id).resume();
        this.#revive(id);
      }
    });
  }

  async clock(nodes: readonly string[], fault: ClockFault): Promise<Effect> {
    const undo = this.#clocks.add(nodes, fault);
    const update = (ids: readonly string[]) => {
      for (const id of ids) this.#node(id).setClock(this.#clocks.of(id));
    };
    update(nodes);
    return effect(() => update(undo()));
  }

  async disk(nodes: readonly string[], fault: DiskFault): Promise<Effect> {
    if (DEADLY.has(fault.kind)) return this.#damage(nodes, fault);
    const undo = this.#disks.add(nodes, fault);
    for (const id of nodes) this.#node(id).setDisk(this.#disks.of(id));
    return effect(() => {
      for (const id of undo()) {
        this.#node(id).setDisk(this.#disks.of(id));
        // A node that could not write has stopped; now it can.
        this.#revive(id);
      }
    });
  }

  /** Kills, does the damage, and starts again: with flipped bits or a cut log the node refuses to run until that is healed. */
  async #damage(nodes: readonly string[], { kind, position = 0 }: DiskFault): Promise<Effect> {
    const repairs: (() => void)[] = [];
    const isStarted = kind === 'bit-flip' || kind === 'truncate';
    for (const id of nodes) {
      const node = this.#node(id);
      node.kill(kind === 'lose-unsynced' ? 'none' : 'prefix', kind === 'torn-tail');
      if (isStarted) {
        repairs.push(node.damage(kind, position));
        this.#revive(id);
      }
    }
    if (!isStarted) return this.#down(nodes);
    return effect(() => {
      for (const repair of repairs) repair();
      for (const id of nodes) this.#revive(id);
    });
  }

  #down(nodes: readonly string[]): Effect {
    const undo = this.#kills.add(nodes, 'kill');
    return effect(() => {
      for (const id of undo()) this.#revive(id);
    });
  }

  /** Starts a node that is down when no fault wants it down: a paused process that died starts when its pause ends. */
  #revive(id: string): void {
    if (!this.#kills.has(id) && !this.#pauses.has(id)) this.#node(id).start();
  }
}

/** Healing twice does nothing the second time. */
function effect(heal: () => void): Effect {
  let active = true;
  return {
    heal: async () => {
      if (!active) return;
      active = false;
      heal();
    },
  };
}
