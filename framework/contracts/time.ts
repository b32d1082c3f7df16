// Units: durations are milliseconds (numbers, fractions allowed); instants are whole nanoseconds since the start of the run.

/** A duration in milliseconds. */
export type Milliseconds = number;
/** An instant or span in whole nanoseconds; safe as a double for 104 days. */
export type Nanoseconds = number;

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

export function toNs(duration: Milliseconds): Nanoseconds {
  return Math.round(duration * NS_PER_MS);
}

/** Handle of a scheduled task. */
export interface Alarm {
  cancel(): void;
}

/**
 * Time as the framework sees it, real or virtual. Tasks due at one instant run in the order they were scheduled.
 * A virtual clock jumps from task to task; nobody but deployments and tests needs to know which one it is.
 */
export interface Clock {
  /** Nanoseconds since the start of the run. */
  now(): Nanoseconds;
  /** Runs `task` at `instant` (at once, but never inside this call, when that has passed). */
  at(instant: Nanoseconds, task: () => void): Alarm;
  /** Resolves after `duration`. */
  sleep(duration: Milliseconds): Promise<void>;
  /**
   * Whoever settles a promise inside a task calls this: a virtual clock then lets promise callbacks run before its next
   * task (it does not otherwise: that would cost a factor of five). Real clocks do nothing.
   */
  settle(): void;
}
