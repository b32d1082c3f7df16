// A register as consensus sees it: a value and whose changes are in it; and clients' requests, as changes of it.
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
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

/** A client's request under way at the node that it came to. */
export interface Task {
  readonly request: Request;
  readonly message: Message;
  /** Tick at which the client is told that nobody knows. */
  readonly deadline: number;
  /** Ballot number of the attempt that last carried it out; 0: none that changed anything did. */
  round: number;
  /** What the client is told once that attempt is known to have succeeded. */
  reply: Body | null;
}

/** True when the task took effect on the way to this state. `place`: of the node that carries the task out. */
export function isDone({ round }: Task, state: State, place: number): boolean {
  return round > 0 && round <= (state.done[place] ?? 0);
}

/**
 * Carries out, in order, the tasks that did not take effect on the way to `state`, as the attempt with ballot number `round` of
 * the node at `place`; each gets its reply. Returns the new state; the same object when they changed nothing.
 */
export function carryOut(state: State, tasks: readonly Task[], place: number, round: number): State {
  const open = tasks.filter((task) => !isDone(task, state, place));
  let { value } = state;
  let changed = false;
  for (const task of open) {
    const refusal = refusalOf(task.request, value);
    task.reply = refusal ?? answerOf(task.request, value);
    if (refusal !== null || task.request.op === 'read') continue;
    value = task.request.op === 'write' ? task.request.value : task.request.to;
    changed = true;
  }
  // What changed nothing leaves no trace by which its success could be told later; it is simply carried out again.
  for (const task of open) task.round = changed ? round : 0;
  return changed ? { value, done: marked(state.done, place, round) } : state;
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
  const copy = Array.from({ length: Math.max(done.length, place + 1) }, (_, at) => done[at] ?? 0);
  copy[place] = round;
  return copy;
}

/** Values are the same when they are equal as JSON. */
function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
