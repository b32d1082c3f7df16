// Kills nodes without warning and, when healed, starts them again.
import { defineNemesis } from '../framework/contracts/define.js';
import { onlyFields, targetsOf } from './shared/fields.js';

export default defineNemesis({
  name: 'kill',
  summary: 'Kills nodes without warning, and starts them again.',
  needs: ['kill'],
  targets: 'one',
  choose: ({ targets }) => ({ targets }),
  inject: async (injection, faults) => {
    onlyFields('kill', injection, ['targets']);
    return faults.kill(targetsOf('kill', injection));
  },
});
