// Chooses its own targets.

import type { Link } from '../../../../contracts/cluster.js';
import { defineNemesis } from '../../../../contracts/define.js';
import type { Injection } from '../../../../contracts/nemesis.js';
import { option } from '../../../../contracts/options.js';

interface Cuts extends Injection {
  cuts: readonly Link[];
}

export default defineNemesis<{ shapes: string[] }, Cuts>({
  name: 'partition',
  summary: 'cuts links',
  needs: ({ shapes }) => (shapes.includes('isolate-leader') ? ['partition', 'reports'] : ['partition']),
  options: {
    shapes: option.list('Shapes.', { type: 'string', enum: ['halves', 'one-way', 'isolate-leader'] }, ['halves'], {
      minItems: 1,
    }),
  },
  targets: null,
  choose: () => ({ targets: [], cuts: [] }),
  inject: ({ cuts }, faults) => {
    if (!Array.isArray(cuts)) throw new Error('"cuts" must be a list');
    return faults.cut(cuts);
  },
});
