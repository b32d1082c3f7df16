// The built-in models by name.
import { appendKv } from './append-kv.js';
import { casRegister } from './cas-register.js';
import { counter } from './counter.js';
import { fifoQueue } from './fifo-queue.js';
import { log } from './log.js';
import type { AnyModel } from './model.js';
import { multiRegister } from './multi-register.js';
import { fencedMutex, mutex, ownerMutex, reentrantMutex } from './mutex.js';
import { priorityQueue } from './priority-queue.js';
import { register } from './register.js';
import { semaphore } from './semaphore.js';
import { growOnlySet, set } from './set.js';
import { stack } from './stack.js';
import { unorderedQueue } from './unordered-queue.js';

export const MODELS: readonly AnyModel[] = [
  register,
  casRegister,
  multiRegister,
  mutex,
  ownerMutex,
  reentrantMutex,
  fencedMutex,
  semaphore,
  set,
  growOnlySet,
  fifoQueue,
  unorderedQueue,
  stack,
  priorityQueue,
  counter,
  appendKv,
  log,
];

/** The model that `auto` stands for. */
export const DEFAULT_MODEL = casRegister;

export function modelNamed(name: string): AnyModel | undefined {
  return name === 'auto' ? DEFAULT_MODEL : MODELS.find((model) => model.name === name);
}
