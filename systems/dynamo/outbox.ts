// Batches what goes to one node. A node that waits for nothing is spoken to at once; while it has questions to answer, what else
// there is for it goes out once per batch of events (the timer `flush`, with no delay).
import type { Environment } from '../../framework/contracts/protocol.js';
import type { Part } from './messages.js';

interface Lane {
  parts: Part[];
  /** Questions that it has not answered. */
  open: number;
  /** Answers are among the parts. */
  urgent: boolean;
}

const QUESTIONS: ReadonlySet<Part['kind']> = new Set(['get', 'put']);
const ANSWERS: ReadonlySet<Part['kind']> = new Set(['got', 'stored', 'handed', 'pong']);

export const FLUSH = 'flush';

export class Outbox {
  readonly #env: Environment;
  readonly #mark: () => number;
  readonly #lanes = new Map<string, Lane>();
  #pending: string[] = [];
  #flushing = false;

  /** `mark`: of the members as this node sees them; every batch says it. */
  constructor(env: Environment, mark: () => number) {
    this.#env = env;
    this.#mark = mark;
  }

  send(node: string, part: Part): void {
    const lane = this.#lane(node);
    if (lane.parts.length === 0) this.#pending.push(node);
    lane.parts.push(part);
    if (ANSWERS.has(part.kind)) lane.urgent = true;
  }

  /** So many questions were answered. */
  answered(node: string, count: number): void {
    const lane = this.#lane(node);
    lane.open = Math.max(0, lane.open - count);
  }

  /** The node does not answer: its silence shall not delay what is sent next. */
  reset(node: string): void {
    this.#lane(node).open = 0;
  }

  /** At the end of every event. */
  release(): void {
    const waiting = this.#pending;
    if (waiting.length === 0) return;
    this.#pending = [];
    for (const node of waiting) {
      const lane = this.#lane(node);
      if (lane.open === 0 || lane.urgent) this.#transmit(node, lane);
      else this.#pending.push(node);
    }
    if (this.#pending.length > 0 && !this.#flushing) {
      this.#flushing = true;
      this.#env.setTimer(FLUSH, 0);
    }
  }

  /** The timer. */
  flush(): void {
    this.#flushing = false;
    const waiting = this.#pending;
    this.#pending = [];
    for (const node of waiting) this.#transmit(node, this.#lane(node));
  }

  #transmit(node: string, lane: Lane): void {
    const { parts } = lane;
    lane.parts = [];
    lane.urgent = false;
    for (const part of parts) if (QUESTIONS.has(part.kind)) lane.open++;
    this.#env.send(node, { type: 'batch', ring: this.#mark(), parts });
  }

  #lane(node: string): Lane {
    let lane = this.#lanes.get(node);
    if (lane === undefined) {
      lane = { parts: [], open: 0, urgent: false };
      this.#lanes.set(node, lane);
    }
    return lane;
  }
}
