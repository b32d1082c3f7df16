// The clients of a run: threads, each with a process that does one operation at a time and is retired when one is in doubt.
import type { Completion, Invocation } from '../contracts/operation.js';
import { type Clock, type Milliseconds, type Nanoseconds, toNs } from '../contracts/time.js';
import type { OperationGenerator } from '../contracts/workload.js';
import type { Caller } from './caller.js';

/** What is recorded of operations; the history's recorder fits. */
export interface OperationSink {
  invoke(
    time: Nanoseconds,
    process: number,
    f: string,
    key: string | number | undefined,
    value: unknown,
    node: string | undefined,
  ): unknown;
  complete(time: Nanoseconds, process: number, type: Completion['type'], value: unknown, error?: string): unknown;
}

export interface ThreadMaker {
  /** The operations of a fresh process. */
  operations(process: number, thread: number): OperationGenerator;
  caller(process: number, node: string): Caller;
  /** The node that an operation of this thread goes to. */
  route(thread: number): string;
  /** The node that a thread's processes are bound to. */
  home(thread: number): string;
  /** True: an indefinite outcome of this function changes nothing, so that the process lives on. */
  readOnly(f: string): boolean;
}

export interface Counts {
  ok: number;
  fail: number;
  info: number;
}

interface Thread {
  readonly index: number;
  process: number;
  operations: OperationGenerator;
  caller: Caller;
  /** What came of the last operation: handed to the generator with the next request for one. */
  last: Completion | undefined;
  current: Invocation | null;
  /** Tells an outstanding operation from the ones before it. */
  serial: number;
  deadline: Nanoseconds;
  /** A wake-up for the deadline is scheduled; it follows a deadline that moves. */
  armed: boolean;
  exhausted: boolean;
}

export class Clients {
  readonly counts: Counts = { ok: 0, fail: 0, info: 0 };
  readonly #clock: Clock;
  readonly #sink: OperationSink;
  readonly #maker: ThreadMaker;
  readonly #timeout: Nanoseconds;
  readonly #onIdle: (thread: number) => void;
  readonly #onError: (error: unknown) => void;
  readonly #threads: Thread[] = [];
  #nextProcess: number;
  #outstanding = 0;
  #whenQuiet: (() => void) | null = null;

  constructor(options: {
    clock: Clock;
    sink: OperationSink;
    maker: ThreadMaker;
    threads: number;
    firstProcess: number;
    timeout: Milliseconds;
    /** A thread's operation has completed: it may be given the next one, at once. */
    onIdle: (thread: number) => void;
    /** The history cannot be written, or a generator threw: the run must end. */
    onError: (error: unknown) => void;
  }) {
    this.#clock = options.clock;
    this.#sink = options.sink;
    this.#maker = options.maker;
    this.#timeout = toNs(options.timeout);
    this.#onIdle = options.onIdle;
    this.#onError = options.onError;
    this.#nextProcess = options.firstProcess + options.threads;
    for (let index = 0; index < options.threads; index++) {
      this.#threads.push(this.#newThread(index, options.firstProcess + index));
    }
  }

  get outstanding(): number {
    return this.#outstanding;
  }

  /** The first process number that was never used. */
  get nextProcess(): number {
    return this.#nextProcess;
  }

  /** True when every generator has returned. */
  get exhausted(): boolean {
    return this.#threads.every((thread) => thread.exhausted);
  }

  /** Starts the next operation of an idle thread; false when it has none left. */
  issue(index: number): boolean {
    const thread = this.#threads[index]!;
    if (thread.exhausted) return false;
    try {
      const step = thread.operations.next(thread.last);
      if (step.done === true) {
        thread.exhausted = true;
        return false;
      }
      this.#invoke(thread, step.value);
      return true;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  /** Resolves when no operation is outstanding; every one ends by its time-out at the latest. */
  quiet(): Promise<void> {
    if (this.#outstanding === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenQuiet = () => {
        this.#clock.settle();
        resolve();
      };
    });
  }

  /** Ends everything: an operation still outstanding is left without a completion. */
  close(): void {
    for (const thread of this.#threads) {
      thread.current = null;
      thread.caller.close();
    }
    this.#outstanding = 0;
    this.#whenQuiet?.();
  }

  #newThread(index: number, process: number): Thread {
    return {
      index,
      process,
      operations: this.#maker.operations(process, index),
      caller: this.#maker.caller(process, this.#maker.home(index)),
      last: undefined,
      current: null,
      serial: 0,
      deadline: 0,
      armed: false,
      exhausted: false,
    };
  }

  #invoke(thread: Thread, operation: Invocation): void {
    const node = this.#maker.route(thread.index);
    const now = this.#clock.now();
    this.#sink.invoke(now, thread.process, operation.f, operation.key, operation.value, node);
    this.#outstanding++;
    thread.current = operation;
    const serial = ++thread.serial;
    thread.deadline = now + this.#timeout;
    if (!thread.armed) this.#arm(thread);
    thread.caller.invoke(operation, node, (completion) => {
      if (thread.serial === serial && thread.current !== null) this.#complete(thread, completion);
    });
  }

  #arm(thread: Thread): void {
    thread.armed = true;
    this.#clock.at(thread.deadline, () => {
      thread.armed = false;
      const operation = thread.current;
      if (operation === null) return;
      if (this.#clock.now() < thread.deadline) {
        this.#arm(thread);
        return;
      }
      thread.caller.abandon();
      const type = this.#maker.readOnly(operation.f) ? 'fail' : 'info';
      this.#complete(thread, { type, value: operation.value, error: 'timeout' });
    });
  }

  #complete(thread: Thread, completion: Completion): void {
    thread.current = null;
    this.#outstanding--;
    this.counts[completion.type]++;
    try {
      this.#sink.complete(this.#clock.now(), thread.process, completion.type, completion.value, completion.error);
      if (completion.type === 'info') this.#retire(thread, completion);
      else thread.last = completion;
    } catch (error) {
      this.#onError(error);
      return;
    }
    this.#onIdle(thread.index);
    if (this.#outstanding === 0 && this.#whenQuiet !== null) {
      const done = this.#whenQuiet;
      this.#whenQuiet = null;
      done();
    }
  }

  /** The operation may still happen, at any time: its process never acts again, a fresh one takes its place. */
  #retire(thread: Thread, completion: Completion): void {
    // The generator learns of it first: what its process wrote may be there.
    thread.operations.next(completion);
    thread.operations.return();
    thread.caller.close();
    thread.process = this.#nextProcess++;
    thread.operations = this.#maker.operations(thread.process, thread.index);
    thread.caller = this.#maker.caller(thread.process, this.#maker.home(thread.index));
    thread.last = undefined;
  }
}
