// Random histories for any model: an honest run in some order, stretched into overlapping intervals, then damaged.
import type { Random } from '../../../framework/contracts/random.js';
import { ColumnarHistory } from '../../../framework/history/history.js';

export interface RunShape {
  operations: number;
  /** How far invocations and completions are from the instant of effect, in operations. */
  stretch: number;
  /** Probability that an operation never completes. */
  pending: number;
  /** Probability that a completed operation returns something else. */
  lies: number;
}

/** `perform` carries out one random operation; `lie` gives another result. Every operation has a process of its own. */
export function randomRun(
  random: Random,
  shape: RunShape,
  perform: () => { f: string; input: unknown; output: unknown },
  lie: () => unknown,
): ColumnarHistory {
  const events: { at: number; process: number; end: boolean }[] = [];
  const operations = Array.from({ length: shape.operations }, (_, process) => {
    events.push({ at: process - random.float() * shape.stretch, process, end: false });
    if (!random.chance(shape.pending))
      events.push({ at: process + random.float() * shape.stretch, process, end: true });
    const operation = perform();
    return random.chance(shape.lies) ? { ...operation, output: lie() } : operation;
  });
  const history = new ColumnarHistory();
  events.sort((a, b) => a.at - b.at || a.process - b.process);
  for (const [time, { process, end }] of events.entries()) {
    const { f, input, output } = operations[process]!;
    if (end) history.appendCompletion(time, process, 'ok', output);
    else history.appendInvoke(time, process, f, undefined, input, undefined);
  }
  return history;
}
