// Threads, as checkers see them: each loads one module and answers calls of what that exports. Pure code cannot tell them apart
// from a function call, but for the copy of what goes in and out.
import type { Milliseconds } from './time.js';

export interface Worker {
  /** Calls an exported function in the thread. Arguments and results are copied (structured clone). Rejects with what it throws. */
  call(name: string, argument: unknown): Promise<unknown>;
  /** Ends the thread, whatever it is doing. */
  end(): void;
}

export interface Workers {
  /** Threads that can work side by side. */
  readonly count: number;
  /** Starts one that loads the module of this URL; null where that is not possible (a module that was not compiled). */
  start(module: string): Worker | null;
}

/** What a module in a thread may know of the world: the last argument of every call. */
export interface WorkerContext {
  /** True when the work is no longer wanted. */
  cancelled: () => boolean;
  /** Milliseconds since the thread began. */
  elapsed: () => Milliseconds;
}
