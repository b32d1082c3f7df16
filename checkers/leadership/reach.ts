// Which nodes can talk to each other, as far as what was recorded tells: those that run, are not paused, and are not cut off.
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { FaultValue } from '../../framework/contracts/history.js';

type Cut = readonly [from: string, to: string];

export class Reach {
  readonly #nodes: readonly string[];
  /** How many nodes a leader must reach, itself included, not to count as cut off; and how many must reach each other to elect. */
  readonly #least: number;
  readonly #quorum: number;
  readonly #stopped = new Set<string>();
  /** How many faults pause a node, and cut a link, by `from to`. */
  readonly #paused = new Map<string, number>();
  readonly #cut = new Map<string, number>();
  /** What to take back when a fault heals. */
  readonly #injected = new Map<number, { paused: readonly string[]; cuts: readonly Cut[] }>();

  /**
   * `running`: whether nodes run that nobody has said to start. `changing`: members come and go, so that nobody knows here who
   * makes a majority: then only a leader that is alone is cut off, and only all nodes together can surely elect one.
   */
  constructor(nodes: readonly string[], running: boolean, changing: boolean) {
    this.#nodes = nodes;
    const majority = Math.floor(nodes.length / 2) + 1;
    this.#least = changing ? Math.min(2, nodes.length) : majority;
    this.#quorum = changing ? nodes.length : majority;
    if (!running) for (const node of nodes) this.#stopped.add(node);
  }

  /** A node has started or ended. */
  process(event: NodeEvent): void {
    if (event.kind === 'start') this.#stopped.delete(event.node);
    if (event.kind === 'exit') this.#stopped.add(event.node);
  }

  /** A fault of this name was injected or has healed. What the checker does not know changes nothing here. */
  fault(name: string, { id, phase, targets, injection }: FaultValue): void {
    if (phase === 'inject') {
      const effect = { paused: name === 'pause' ? targets : [], cuts: cutsOf(injection?.['cuts']) };
      this.#injected.set(id, effect);
      this.#count(effect, 1);
    } else if (phase === 'heal') {
      const effect = this.#injected.get(id);
      this.#injected.delete(id);
      if (effect !== undefined) this.#count(effect, -1);
    }
  }

  runs(node: string): boolean {
    return !this.#stopped.has(node);
  }

  isPaused(node: string): boolean {
    return (this.#paused.get(node) ?? 0) > 0;
  }

  /** The node exchanges messages, both ways, with too few others to lead. */
  isCutOff(node: string): boolean {
    return this.#reached(node) < this.#least;
  }

  /** Some node could be elected. */
  hasQuorum(): boolean {
    return this.#nodes.some((node) => this.#reached(node) >= this.#quorum);
  }

  /** How many working nodes the node reaches, itself included. */
  #reached(node: string): number {
    if (!this.#works(node)) return 0;
    return this.#nodes.filter((other) => other === node || (this.#works(other) && this.#linked(node, other))).length;
  }

  #works(node: string): boolean {
    return this.runs(node) && !this.isPaused(node);
  }

  #linked(a: string, b: string): boolean {
    return (this.#cut.get(`${a} ${b}`) ?? 0) === 0 && (this.#cut.get(`${b} ${a}`) ?? 0) === 0;
  }

  #count({ paused, cuts }: { paused: readonly string[]; cuts: readonly Cut[] }, by: number): void {
    for (const node of paused) this.#paused.set(node, (this.#paused.get(node) ?? 0) + by);
    for (const [from, to] of cuts) this.#cut.set(`${from} ${to}`, (this.#cut.get(`${from} ${to}`) ?? 0) + by);
  }
}

function cutsOf(value: unknown): Cut[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (link): link is [string, string] =>
      Array.isArray(link) && typeof link[0] === 'string' && typeof link[1] === 'string',
  );
}
