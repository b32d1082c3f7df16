// Turns hosts off without warning and, when healed, turns them on again.
import { defineNemesis } from '../framework/contracts/define.js';
import { badInjection, onlyFields, targetsOf } from './shared/fields.js';

const NAME = 'power';

export default defineNemesis({
  name: NAME,
  summary: 'Turns the hosts of nodes off without warning, and on again.',
  needs: ['power'],
  targets: 'one',
  choose: ({ targets }) => ({ targets }),
  inject: async (injection, faults) => {
    onlyFields(NAME, injection, ['targets']);
    const targets = targetsOf(NAME, injection);
    if (faults.power === undefined) throw badInjection(NAME, 'hosts cannot be turned off here');
    return faults.power(targets);
  },
});
