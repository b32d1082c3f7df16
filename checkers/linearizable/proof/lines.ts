// Writes a proof as lines of JSON, so that anybody can follow it, or check it with a few lines in any language.
import { EVENT_OK, type History } from '../../../framework/contracts/history.js';
import { ILLEGAL } from '../models/model.js';
import type { KeyProof } from './prove.js';
import { type Claim, stepOf } from './verify.js';

/** Longest text of a state. */
const SHORT = 80;
/** After a long text, no other is made for so many operations, and each time for twice as many, up to the most. */
const FIRST_PAUSE = 4;
const LONGEST_PAUSE = 4096;

/**
 * The lines of a proof without line ends, made as they are asked for. The first is the header:
 *
 *     {"proof":"linearizable","version":1,"model":"register","initial":null,"nilMatchesAny":false,
 *      "keys":1,"operations":3,"file":"history.jsonl"}
 *
 * `operations` are those in the proof, and so the lines that follow; `file` only if it was given. Then, key by key and within a
 * key in order of effect, a line for each operation:
 *
 *     {"key":"x","index":4,"process":1,"f":"cas","asked":[1,2],"returned":[1,2],"state":"2"}
 *
 * `index` is the event index of the invocation (from 0, in the order of the history). `key` is left out where there are no keys,
 * `returned` where the operation did not complete (it took effect nevertheless), `state` (after the operation, in the model's
 * words) where it is long, and for a while after a long one. Whoever reads the lines of a key from its first one, starting with
 * the model's initial state, finds every step legal, and no operation after one that was invoked after its return.
 */
export function* proofLines(
  history: History,
  claim: Claim,
  keys: readonly KeyProof[],
  file?: string,
): Generator<string, void, void> {
  yield JSON.stringify({
    proof: 'linearizable',
    version: 1,
    model: claim.model.name,
    initial: claim.initial ?? null,
    nilMatchesAny: claim.nilMatchesAny ?? false,
    keys: keys.length,
    operations: keys.reduce((sum, { order }) => sum + order.length, 0),
    ...(file === undefined ? {} : { file }),
  });
  for (const { key, order } of keys) {
    const text = stateTexts(claim);
    let state: unknown = claim.model.initial(claim.initial);
    for (const row of order) {
      state = stepOf(history, claim, state, row);
      yield JSON.stringify({ key, ...described(history, row), state: state === ILLEGAL ? undefined : text(state) });
    }
  }
}

function described(history: History, row: number) {
  const { mate, type, process, f } = history.columns;
  const end = mate[row]!;
  return {
    index: row,
    process: process[row]!,
    f: history.functions[f[row]!]!,
    asked: history.value(row) ?? null,
    returned: end >= 0 && type[end] === EVENT_OK ? (history.value(end) ?? null) : undefined,
  };
}

/** Texts of states where they are short. Long states are costly to print, so it does not try each time. */
function stateTexts({ model }: Claim): (state: unknown) => string | undefined {
  let last: { state: unknown; text: string | undefined } | undefined;
  let pause = FIRST_PAUSE;
  let waiting = 0;
  return (state) => {
    // Operations that only look leave the same state behind.
    if (last !== undefined && last.state === state) return last.text;
    last = undefined;
    if (waiting > 0) {
      waiting--;
      return undefined;
    }
    const text = model.showState(state);
    const short = text.length <= SHORT;
    last = { state, text: short ? text : undefined };
    if (short) {
      pause = FIRST_PAUSE;
    } else {
      waiting = pause;
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
    return last.text;
  };
}
