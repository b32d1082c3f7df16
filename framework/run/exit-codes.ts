// One exit code for several runs: what is worst for the user, invalid over unknown over valid.
import { EXIT } from '../contracts/result.js';

/** Worst first. Errors of ours or of the plan come before any verdict. */
const SEVERITY: readonly number[] = [EXIT.internal, EXIT.usage, EXIT.interrupted, EXIT.anomaly, EXIT.unknown, EXIT.ok];

export function mergeExitCodes(codes: readonly number[]): number {
  return SEVERITY.find((code) => codes.includes(code)) ?? EXIT.ok;
}
