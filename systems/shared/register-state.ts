// A register as consensus sees it: a value and whose changes are in it; and clients' requests, as changes of it.
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import { same } from './key-value.js';
import type { Request } from './requests.js';

/**
 * What one ballot proposes for a register. `done` says, for each node by its place, the ballot number of the last attempt of that
 * node whose changes led to this state: so whoever reads a state knows which of its own attempts took effect, also those that
 * somebody else brought to their end.
 */
export interface State {
  /** Undefined: never written. */
  readonly value: unknown;
  readonly done: readonly number[];
}

export const INITIAL: State = Object.freeze({ value: undefined, done: Object.freeze([]) });

/** What a request came to in one attempt. */
interface Outcome {
  readonly round: number;
  readonly reply: Body;
}

/** A client's request under way at the node that it came to. */
export interface Task {
  readonly request: Request;
  readonly message: Message;
  /** Tick at which the client is told that nobody knows. */
  readonly deadline: number;
  /**
   * What it came to in each attempt, by ballot number, that proposed a changed state. More than one may still be found and
   * completed by other nodes, though only one of them will be.
   */
  outcomes: readonly Outcome[];
  /** The newest instance in which a proposal of it may be about; 0: none was made. */
  tried: number;
  /** What the client is told if the attempt under way succeeds. */
  reply: Body | null;
}

/** What the task came to on the way to this state; null: it had no part in it. `place`: of the node that carries it out. */
export function outcomeIn({ outcomes }: Task, { done }: State, place: number): Body | null {
  const round = done[place] ?? 0;
  return outcomes.find((outcome) => outcome.round === round)?.reply ?? null;
}

/** Where an attempt of this node carries tasks out. */
export interface Where {
  readonly place: number;
  /** The ballot number of the attempt. */
  readonly round: number;
  /** The instance. */
  readonly version: number;
}

/**
 * Carries out, in order, the tasks that had no part in `state` yet; each task gets its reply. Returns the new state; the same
 * object when they changed nothing.
 */
export function carryOut(state: State, tasks: readonly Task[], { place, round, version }: Where): State {
  let { value } = state;
  let changed = false;
  for (const task of tasks) {
    task.reply = outcomeIn(task, state, place);
    if (task.reply !== null) continue;
    const { request } = task;
    const refusal = refusalOf(request, value);
    task.reply = refusal ?? answerOf(request, value);
    if (refusal !== null || request.op === 'read') continue;
    value = request.op === 'write' ? request.value : request.to;
    changed = true;
  }
  if (!changed) return state;
  for (const task of tasks) {
    task.outcomes = [...task.outcomes, { round, reply: task.reply! }];
    task.tried = version;
  }
  return { value, done: marked(state.done, place, round) };
}

/**
 * True when a proposal of one of the tasks may yet be found by somebody and succeed: nothing may be said about them before another
 * state is chosen in this instance.
 */
export function areInDoubt(tasks: readonly Task[], version: number): boolean {
  return tasks.some(({ tried }) => tried >= version);
}

export function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null) return false;
  const { done } = value as Record<string, unknown>;
  return Array.isArray(done) && done.every((round) => Number.isInteger(round) && round >= 0);
}

/** The answer to a read that found this state. */
export function readBody(state: State, key: string | number): Body {
  if (state.value === undefined) return errorBody(RPC.keyDoesNotExist, `no such key: ${key}`);
  return { type: 'read_ok', value: state.value };
}

function refusalOf(request: Request, value: unknown): Body | null {
  if (request.op === 'write') return null;
  if (value === undefined) return errorBody(RPC.keyDoesNotExist, `no such key: ${request.key}`);
  if (request.op === 'cas' && !same(value, request.from)) {
    return errorBody(RPC.preconditionFailed, 'the value is another one');
  }
  return null;
}

function answerOf(request: Request, value: unknown): Body {
  return request.op === 'read' ? { type: 'read_ok', value } : { type: `${request.op}_ok` };
}

function marked(done: readonly number[], place: number, round: number): readonly number[] {
  const copy = done.slice();
  while (copy.length <= place) copy.push(0);
  copy[place] = round;
  return copy;
}
