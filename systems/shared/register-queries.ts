// The reads of one node that change nothing: asks, asks again, and says what came of it.
import type { Body } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import type { Cell } from './register-acceptor.js';
import { parseHolding } from './register-messages.js';
import { type Chosen, Query } from './register-query.js';
import type { Task } from './register-state.js';

/** What becomes of a read. */
export interface QueryEnds {
  /** The answers show what is chosen. */
  answered(task: Task, chosen: Chosen): void;
  /** The answers leave that open: somebody has to decide it. */
  open(task: Task): void;
  /** The time is up. */
  expired(task: Task): void;
}

export class Queries {
  readonly #env: Environment;
  readonly #ends: QueryEnds;
  readonly #underWay = new Map<number, Query>();
  #nextId: number;

  /** `firstId`: above every number that an earlier life has used, since late answers must match nothing. */
  constructor(env: Environment, firstId: number, ends: QueryEnds) {
    this.#env = env;
    this.#nextId = firstId;
    this.#ends = ends;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** `own`: what the node at place `self` holds itself. `due`: tick at which those are asked again who have not answered. */
  ask(task: Task, self: number, own: Cell, due: number): void {
    const query = new Query(this.#nextId++, task, this.#env.nodes.length);
    query.resend.begin(due);
    this.#underWay.set(query.id, query);
    query.learn(self, own);
    this.#broadcast(query);
    this.#conclude(query);
  }

  receive(place: number, body: Body): void {
    const query = this.#underWay.get(body['op'] as number);
    const holding = parseHolding(body);
    if (query === undefined || holding === null) return;
    query.learn(place, holding);
    this.#conclude(query);
  }

  tick(tick: number): void {
    for (const query of this.#underWay.values()) {
      if (tick >= query.task.deadline) {
        this.#underWay.delete(query.id);
        this.#ends.expired(query.task);
      } else if (query.resend.isDue(tick)) {
        if (query.reached) this.#leaveOpen(query);
        else this.#broadcast(query);
      }
    }
  }

  #conclude(query: Query): void {
    const { outcome, task } = query;
    if (outcome !== null) {
      this.#underWay.delete(query.id);
      this.#ends.answered(task, outcome);
    } else if (query.isHopeless) this.#leaveOpen(query);
  }

  #leaveOpen(query: Query): void {
    this.#underWay.delete(query.id);
    this.#ends.open(query.task);
  }

  #broadcast(query: Query): void {
    const { id, task } = query;
    this.#env.nodes.forEach((node, place) => {
      if (!query.hasHeard(place)) this.#env.send(node, { type: 'query', op: id, key: task.request.key });
    });
  }
}
