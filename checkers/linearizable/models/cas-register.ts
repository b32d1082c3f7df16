// A register with compare-and-set: `cas [from, to]` succeeds only while the register holds `from`.
import { sameJson } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { ILLEGAL, type Model, NOTHING } from './model.js';
import { register } from './register.js';

type Pair = readonly [unknown, unknown];

const isPair = (value: unknown): value is Pair => Array.isArray(value) && value.length === 2;

export const casRegister: Model<unknown> = {
  name: 'cas-register',
  summary: 'A register: read, write and cas [from, to].',
  functions: { ...register.functions, cas: { observes: 'input' } },
  initial: register.initial,
  step(state, f, input, output, process) {
    if (f !== 'cas') return register.step(state, f, input, output, process);
    const [from, to] = input as Pair;
    return sameJson(state, from) ? to : ILLEGAL;
  },
  problem(f, input) {
    return f === 'cas' && !isPair(input) ? `a cas takes [from, to], not ${show(input)}` : undefined;
  },
  showState: register.showState,
  showOperation(f, input, output) {
    if (f !== 'cas') return register.showOperation(f, input, output);
    const [from, to] = input as Pair;
    return `cas ${show(from)} → ${show(to)}`;
  },
  cell: {
    needs: (f, input, output) => (f === 'cas' ? (input as Pair)[0] : register.cell!.needs(f, input, output)),
    // A cas from a value to itself changes nothing: it observes, like a read.
    leaves(f, input, output) {
      if (f !== 'cas') return register.cell!.leaves(f, input, output);
      const [from, to] = input as Pair;
      return sameJson(from, to) ? NOTHING : to;
    },
  },
};
