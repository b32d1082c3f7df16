// Who put an element there, whether in vain or too late: the same question for containers and for sets.
import { EVENT_FAIL, EVENT_INVOKE } from '../../../framework/contracts/history.js';
import { Elements } from '../prepare/elements.js';
import { type Finding, type Named, NOBODY } from './family.js';

export interface Puts {
  /** Indexes into the partition, invoked before the observation returned. */
  before: number[];
  /** Event index of the invocation of the first one after that; NOBODY: there is none. */
  later: number;
}

export function putsOf({ partition, actions }: Finding, element: number, observation: number): Puts {
  const elements = new Elements(actions);
  const { count, action, call, ret, row } = partition;
  const puts: Puts = { before: [], later: NOBODY };
  for (let i = 0; i < count; i++) {
    if (!elements.puts(action[i]!) || elements.of(action[i]!) !== element) continue;
    if (call[i]! < ret[observation]!) puts.before.push(i);
    else if (puts.later === NOBODY) puts.later = row[i]!;
  }
  return puts;
}

/** The event index of a failed operation that tried to put the element there; NOBODY: there is none. */
function failedPut({ history, partition, actions }: Finding, element: number): number {
  const { columns } = history;
  const { model, values, functions } = actions;
  const roles = model.container ?? model.membership;
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0 || columns.key[row] !== partition.key) continue;
    const mate = columns.mate[row]!;
    const f = history.functions[columns.f[row]!]!;
    if (mate < 0 || columns.type[mate] !== EVENT_FAIL || !functions.includes(f)) continue;
    const role = roles?.role(f, history.value(row), undefined);
    if (role === undefined || (role.act !== 'put' && role.act !== 'add')) continue;
    if (values.id(role.element) === element) return row;
  }
  return NOBODY;
}

/** Nobody had put there what the observation saw. `deed`: `enqueued`. */
export function unexpected(finding: Finding, observation: number, element: number, later: number): Named {
  const row = finding.partition.row[observation]!;
  const failed = failedPut(finding, element);
  return {
    name: 'unexpected-element',
    sentence(words) {
      const saw = words.observed(row);
      const what = words.value(element);
      if (failed !== NOBODY) {
        return `${saw}, but only ${words.operation(failed)} had tried to put ${what} there, and it failed, at ${words.end(failed)}.`;
      }
      return later === NOBODY
        ? `${saw}, but nobody ever put ${what} there.`
        : `${saw}, and that at ${words.end(row)}, before ${words.operation(later)} was invoked, at ${words.start(later)}.`;
    },
    context: [failed, later].filter((one) => one !== NOBODY).slice(0, 1),
  };
}
