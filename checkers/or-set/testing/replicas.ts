// Random histories of a replicated observed-remove set, right or with a defect: what the checker is proved on.
import type { History } from '../../../framework/contracts/history.js';
import type { Random } from '../../../framework/contracts/random.js';
import { Script } from '../../testing/script.js';

/**
 * `forget-tombstone`: a remove leaves no trace, so what others still have comes back. `lose-add`: some acknowledged adds are
 * not kept. `remove-wins`: a remove also takes away adds that it has not seen. `repeat-add`: an add is done once more, later.
 * `cut-off`: the last node is never told anything. `hide`: reads sometimes lack an element. `invent`, `double`: of reads.
 */
export type Defect =
  | 'none'
  | 'forget-tombstone'
  | 'lose-add'
  | 'remove-wins'
  | 'repeat-add'
  | 'cut-off'
  | 'hide'
  | 'invent'
  | 'double';

export interface ReplicasShape {
  nodes: number;
  processes: number;
  operations: number;
  elements: number;
  /** Weights of add, remove and read. */
  mix: readonly [number, number, number];
  /** Share of operations whose outcome is never learned, and of those that fail. */
  doubtful: number;
  failing: number;
  /** How often two nodes meet, compared with steps of clients. */
  gossip: number;
  defect: Defect;
}

class Replica {
  /** Element and dot of each add; dots that were removed; and elements that must not come back (`remove-wins`). */
  readonly dots = new Map<number, number>();
  readonly tombstones = new Set<number>();
  readonly banned = new Set<number>();

  elements(): number[] {
    const live = [...this.dots].filter(([dot, element]) => !this.tombstones.has(dot) && !this.banned.has(element));
    return [...new Set(live.map(([, element]) => element))];
  }

  merge(other: Replica): void {
    for (const [dot, element] of other.dots) this.dots.set(dot, element);
    for (const dot of other.tombstones) this.tombstones.add(dot);
    for (const element of other.banned) this.banned.add(element);
  }
}

interface Request {
  process: number;
  f: 'add' | 'remove' | 'read';
  element: number;
  fate: 'ok' | 'fail' | 'info';
  done: boolean;
  answer: number[];
}

export function orSetHistory(random: Random, shape: ReplicasShape): History {
  return new Replicas(random, shape).run();
}

class Replicas {
  readonly #random: Random;
  readonly #shape: ReplicasShape;
  readonly #script = new Script().phase('load');
  readonly #nodes: Replica[];
  /** The request of each thread, and requests whose client has given up. */
  readonly #open = new Map<number, Request>();
  readonly #late: Request[] = [];
  readonly #process: number[];
  #issued = 0;
  #nextProcess: number;
  #nextDot = 0;

  constructor(random: Random, shape: ReplicasShape) {
    this.#random = random;
    this.#shape = shape;
    this.#nodes = Array.from({ length: shape.nodes }, () => new Replica());
    this.#process = Array.from({ length: shape.processes }, (_, thread) => thread);
    this.#nextProcess = shape.processes;
  }

  run(): History {
    const { operations, processes, gossip } = this.#shape;
    while (this.#issued < operations || this.#open.size > 0) {
      if (this.#random.chance(gossip)) this.#meet();
      else if (this.#late.length > 0 && this.#random.chance(0.1)) this.#settle();
      else this.#step(this.#random.int(processes));
    }
    if (this.#random.chance(0.5)) while (this.#late.length > 0) this.#settle();
    return this.#finish();
  }

  #nodeOf(process: number): number {
    return process % this.#shape.nodes;
  }

  #step(thread: number): void {
    const request = this.#open.get(thread);
    if (request === undefined) {
      if (this.#issued < this.#shape.operations) this.#invoke(thread);
    } else if (!request.done && request.fate !== 'info' && request.fate !== 'fail') {
      this.#perform(request, thread);
    } else {
      this.#complete(thread, request);
    }
  }

  #invoke(thread: number): void {
    const { mix, elements, doubtful, failing } = this.#shape;
    const [add, remove, read] = mix;
    const drawn = this.#random.between(0, add + remove + read);
    const f = drawn < add ? 'add' : drawn < add + remove ? 'remove' : 'read';
    const here = this.#nodes[this.#nodeOf(thread)]!.elements();
    const known = f === 'remove' && here.length > 0 && this.#random.chance(0.7);
    const element = known ? this.#random.pick(here) : this.#random.int(elements);
    const luck = this.#random.float();
    const fate = luck < failing ? 'fail' : f !== 'read' && luck < failing + doubtful ? 'info' : 'ok';
    const process = this.#process[thread]!;
    this.#issued++;
    this.#open.set(thread, { process, f, element, fate, done: false, answer: [] });
    this.#script.invoke(process, f, f === 'read' ? null : element, { node: `n${this.#nodeOf(thread) + 1}` });
  }

  #complete(thread: number, request: Request): void {
    this.#open.delete(thread);
    if (request.fate === 'ok') this.#script.ok(request.process, request.f === 'read' ? request.answer : undefined);
    else if (request.fate === 'fail') this.#script.fail(request.process);
    else {
      this.#script.info(request.process);
      if (this.#random.chance(0.5)) this.#late.push({ ...request, process: thread });
      // A fresh process on the same node.
      this.#process[thread] = this.#nextProcess++;
    }
  }

  /** Something that nobody waits for any more takes effect. */
  #settle(): void {
    const [request] = this.#late.splice(this.#random.int(this.#late.length), 1);
    this.#perform(request!, request!.process);
  }

  #perform(request: Request, thread: number): void {
    const { defect } = this.#shape;
    const { f, element } = request;
    const replica = this.#nodes[this.#nodeOf(thread)]!;
    request.done = true;
    if (f === 'add') {
      if (defect === 'lose-add' && this.#random.chance(0.2)) return;
      replica.dots.set(this.#nextDot++, element);
      if (defect === 'repeat-add' && this.#random.chance(0.3)) this.#late.push({ ...request, process: thread });
    } else if (f === 'remove') {
      for (const [dot, item] of replica.dots) {
        if (item !== element) continue;
        if (defect === 'forget-tombstone') replica.dots.delete(dot);
        else replica.tombstones.add(dot);
      }
      if (defect === 'remove-wins') replica.banned.add(element);
    } else {
      request.answer = this.#shown(replica);
    }
  }

  #shown(replica: Replica): number[] {
    const { defect } = this.#shape;
    const answer = this.#random.shuffle(replica.elements());
    if (defect === 'hide' && this.#random.chance(0.2)) return answer.slice(1);
    if (defect === 'invent' && this.#random.chance(0.1)) return [...answer, 1000];
    if (defect === 'double' && answer.length > 0 && this.#random.chance(0.2)) return [...answer, answer[0]!];
    return answer;
  }

  #meet(): void {
    const { nodes } = this.#shape;
    this.#tell(this.#random.int(nodes), this.#random.int(nodes));
  }

  #tell(from: number, to: number): void {
    if (this.#shape.defect === 'cut-off' && to === this.#nodes.length - 1) return;
    if (from !== to) this.#nodes[to]!.merge(this.#nodes[from]!);
  }

  /** Quiet: everybody tells everybody, then each node is read. */
  #finish(): History {
    const script = this.#script.phase('heal').phase('recover');
    for (let round = 0; round < 2; round++) {
      for (let from = 0; from < this.#nodes.length; from++) {
        for (let to = 0; to < this.#nodes.length; to++) this.#tell(from, to);
      }
    }
    script.phase('final');
    this.#nodes.forEach((replica, node) => {
      script.did(this.#nextProcess + node, 'read', null, this.#shown(replica), { node: `n${node + 1}` });
    });
    return script.phase('end').history();
  }
}
