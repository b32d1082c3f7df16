// The final phase of workloads that end with reads: persistent enough for a hiccup, and done soon with a node that is gone.
import type { Invocation } from '../../framework/contracts/operation.js';
import type { OperationGenerator } from '../../framework/contracts/workload.js';

const ATTEMPTS = 3;
const UNANSWERED = 2;

/** Issues each read until it is `ok`, at most three times; after two reads that were never answered it stops. */
export function* finalReads(reads: Iterable<Invocation>): OperationGenerator {
  let unanswered = 0;
  for (const read of reads) {
    let answered = false;
    for (let attempt = 0; attempt < ATTEMPTS && !answered; attempt++) {
      const completion = yield read;
      answered = completion?.type === 'ok';
    }
    if (!answered && ++unanswered === UNANSWERED) return;
  }
}
