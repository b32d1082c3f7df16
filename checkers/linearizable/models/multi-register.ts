// Several registers behind one key, read and written together in one step.
import { canonical, sameJson } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { ILLEGAL, type Model, NOTHING } from './model.js';

/** Registers that were written, by name, in the order of the names; all others hold null. */
type Registers = readonly (readonly [name: string, value: unknown])[];
/** `['r', name, value]` or `['w', name, value]`; `read` and `write` in full are understood, too. */
type Step = readonly [kind: string, name: string | number, value: unknown];

const KINDS = ['r', 'w', 'read', 'write'];

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStep = (value: unknown): value is Step =>
  Array.isArray(value) &&
  value.length === 3 &&
  KINDS.includes(value[0] as string) &&
  (typeof value[1] === 'string' || typeof value[1] === 'number');

const isSteps = (value: unknown): value is readonly Step[] => Array.isArray(value) && value.every(isStep);

const named = (map: Record<string, unknown>): Registers => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

/** `initial` maps names to values. */
export const multiRegister: Model<Registers> = {
  name: 'multi-register',
  summary:
    'Registers x, y, … that are read ({x: 1, y: 2}), written ({x: 3}) and used in transactions ([[r, x, 1], [w, y, 2]]) at once.',
  functions: {
    read: { observes: 'output', pure: true },
    write: { observes: 'input' },
    txn: { observes: 'both' },
  },
  initial(value) {
    if (value !== null && value !== undefined && !isMap(value)) {
      throw new RangeError(`a multi-register starts with a map of values, not ${show(value)}`);
    }
    return named(value ?? {}).filter(([, one]) => one !== null);
  },
  step(state, f, input, output) {
    if (f === 'write') return written(state, named(input as Record<string, unknown>));
    if (f === 'txn') return transacted(state, (output ?? input) as readonly Step[], output !== undefined);
    if (output === undefined) return state;
    return named(output as Record<string, unknown>).every(([name, value]) => holds(state, name, value))
      ? state
      : ILLEGAL;
  },
  identity: (state) => canonical(state),
  problem(f, input, output) {
    if (f === 'write' && !isMap(input)) return `a write takes a map of registers to values, not ${show(input)}`;
    if (f === 'read' && output !== undefined && !isMap(output))
      return `a read returns a map of registers to values, not ${show(output)}`;
    if (f === 'txn' && !isSteps(output ?? input))
      return `a txn is a list of [r or w, register, value], not ${show(output ?? input)}`;
    return undefined;
  },
  part(f, input, output) {
    const names =
      f === 'txn' ? stepNames(output ?? input) : Object.keys((f === 'write' ? input : (output ?? {})) as object);
    return names.length > 0 && names.every((name) => name === names[0]) ? names[0]! : NOTHING;
  },
  showState: (state) => show(Object.fromEntries(state)),
  showOperation(f, input, output) {
    if (f === 'write') return `write ${show(input)}`;
    return output === undefined ? (f === 'txn' ? `txn ${show(input)}` : f) : `${f} → ${show(output)}`;
  },
};

const stepNames = (steps: unknown) => (isSteps(steps) ? steps.map(([, name]) => String(name)) : []);

function holds(state: Registers, name: string, value: unknown): boolean {
  return sameJson(state.find(([one]) => one === name)?.[1] ?? null, value);
}

function written(state: Registers, changes: Registers): Registers {
  const names = new Set(changes.map(([name]) => name));
  const all = [...state.filter(([name]) => !names.has(name)), ...changes.filter(([, value]) => value !== null)];
  return all.sort(([a], [b]) => (a < b ? -1 : 1));
}

function transacted(state: Registers, steps: readonly Step[], known: boolean): Registers | typeof ILLEGAL {
  let now = state;
  for (const [kind, name, value] of steps) {
    if (kind === 'w' || kind === 'write') now = written(now, [[String(name), value]]);
    else if (known && !holds(now, String(name), value)) return ILLEGAL;
  }
  return now;
}
