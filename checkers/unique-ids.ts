// Ids that nodes handed out: no two are the same.
import { defineChecker } from '../framework/contracts/define.js';
import type { Lane, Span } from '../framework/contracts/exhibit.js';
import { EVENT_OK, type History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { actor } from './shared/actor.js';
import { lanesChart, MOST_LANES, ofHowMany, showing } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { Interner } from './shared/interner.js';
import { amount, instant, show } from './shared/text.js';

interface Options {
  function: string;
}

/** The operation whose completion this is. */
function handOut(history: History, row: number, wrong: boolean): Span {
  const { time, mate } = history.columns;
  const invoked = mate[row]!;
  return {
    from: invoked < 0 ? time[row]! : time[invoked]!,
    to: time[row]!,
    text: `handed to ${actor(history, row)}`,
    ...(wrong ? { wrong } : {}),
    ...(invoked < 0 ? {} : { operation: invoked }),
  };
}

export default defineChecker<Options>({
  name: 'unique-ids',
  summary: 'No id is handed out twice.',
  options: { function: option.text('The function that returns a new id.', 'generate') },
  anomalies: ['duplicate-id'],
  explains: EXPLANATIONS,
  check(history, { options }) {
    const { type, f, mate, time, length } = history.columns;
    const generate = history.functionId(options.function);
    const findings = new Findings();
    const ids = new Interner();
    /** Completion that first returned an id, by the id's number. */
    const first: number[] = [];
    /** By id that was handed out more than once, the completions after the first. */
    const again = new Map<number, number[]>();
    let acknowledged = 0;
    for (let row = 0; row < length; row++) {
      if (f[row] !== generate || type[row] !== EVENT_OK) continue;
      acknowledged++;
      const value = history.value(row);
      const id = ids.intern(value);
      const earlier = first[id];
      if (earlier === undefined) {
        first[id] = row;
        continue;
      }
      const known = again.get(id);
      if (known !== undefined) known.push(row);
      else again.set(id, [row]);
      findings.add('duplicate-id', () => ({
        message: `Id ${show(value)} was handed to ${actor(history, earlier)} at ${instant(time[earlier]!)} and again to ${actor(history, row)} at ${instant(time[row]!)}.`,
        operations: [mate[earlier]!, mate[row]!].filter((invocation) => invocation >= 0).sort((a, b) => a - b),
        evidence: { id: value },
      }));
    }
    const lanes = [...again].slice(0, MOST_LANES).map(
      ([id, rows]): Lane => ({
        name: show(ids.values[id]),
        spans: [handOut(history, first[id]!, false), ...rows.map((row) => handOut(history, row, true))],
      }),
    );
    const note = `One row for each id: the operations that got it, the first one and those after it.${ofHowMany(lanes.length, again.size)}`;
    const verdict = findings.verdict({
      unknown: acknowledged === 0 ? 'no id was handed out' : null,
      valid: `${amount(acknowledged, 'id')}, all different`,
      details: { acknowledged, distinct: first.length, duplicated: findings.count('duplicate-id') },
    });
    return showing(verdict, lanesChart('Ids that were handed out more than once', note, lanes));
  },
});
