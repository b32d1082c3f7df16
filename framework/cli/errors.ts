// Known errors print in two lines and choose the exit code; unknown ones print their stack.
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { formatDiagnostics, PlanErrors } from '../plan/diagnostics.js';
import { type Io, paintError } from './io.js';

export function printError(error: unknown, io: Io): number {
  if (error instanceof ChaosError && error.code === 'interrupted') {
    io.err(`interrupted: ${error.message}\n`);
    return EXIT.interrupted;
  }
  if (!(error instanceof ChaosError)) {
    io.err(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.internal;
  }
  if (error instanceof PlanErrors) {
    io.err(`${formatDiagnostics(error)}\n`);
  } else {
    const { location } = error;
    const where = location === undefined ? '' : `${location.file}:${location.line}:${location.column}: `;
    io.err(`${paintError(io, 'red', 'error')} ${where}${error.message}\n`);
    if (error.hint !== undefined) io.err(`  ${error.hint}\n`);
    if (error.kind === 'internal' && error.stack !== undefined) io.err(`${error.stack}\n`);
  }
  return error.kind === 'usage' ? EXIT.usage : EXIT.internal;
}
