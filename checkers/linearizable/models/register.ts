// One register with read and write.
import { sameJson } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { ILLEGAL, type Model, NOTHING } from './model.js';

export const register: Model<unknown> = {
  name: 'register',
  summary: 'A register: read and write.',
  functions: {
    read: { observes: 'output', pure: true },
    write: { observes: 'input' },
  },
  initial: (value) => value,
  step(state, f, input, output) {
    if (f === 'write') return input;
    return output === undefined || sameJson(state, output) ? state : ILLEGAL;
  },
  showState: show,
  showOperation(f, input, output) {
    if (f === 'write') return `write ${show(input)}`;
    return output === undefined ? 'read' : `read → ${show(output)}`;
  },
  cell: {
    needs: (f, _input, output) => (f === 'read' && output !== undefined ? output : NOTHING),
    leaves: (f, input) => (f === 'write' ? input : NOTHING),
  },
};
