// The one error class for everything a user can cause: it prints in two lines and chooses the exit code.

/** A place in a text file; lines and columns count from 1. */
export interface Location {
  file: string;
  line: number;
  column: number;
}

/** `usage`: bad arguments or plan (exit 254). `environment`: the machine or a file said no (255). `internal`: our own defect (255). */
export type ErrorKind = 'usage' | 'environment' | 'internal';

export interface ChaosErrorOptions {
  /** What the user can do about it, one sentence. */
  hint?: string;
  location?: Location;
  cause?: unknown;
  kind?: ErrorKind;
  /** Index of the event in a history that it is about: whoever knows the file turns it into a location. */
  event?: number;
}

export class ChaosError extends Error {
  /** Stable and machine-readable, kebab-case: `plan-not-found`. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly location: Location | undefined;
  readonly event: number | undefined;

  constructor(code: string, message: string, options: ChaosErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ChaosError';
    this.code = code;
    this.kind = options.kind ?? 'environment';
    this.hint = options.hint;
    this.location = options.location;
    this.event = options.event;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
