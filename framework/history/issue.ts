// One way to say what is wrong with a history file, and where.
import { ChaosError } from '../contracts/error.js';

/** `ChaosError('history-malformed')` at a line of a file; lines count from 1. */
export function malformed(file: string, line: number, problem: string, hint?: string): ChaosError {
  return new ChaosError('history-malformed', problem, {
    location: { file, line, column: 1 },
    kind: 'usage',
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The same error with a location, for what is found where no file is known. */
export function at(error: ChaosError, file: string, line: number): ChaosError {
  return new ChaosError(error.code, error.message, {
    location: { file, line, column: 1 },
    kind: 'usage',
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
