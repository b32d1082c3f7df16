// Freezes nodes, which know nothing of it when they wake: long garbage collections, suspended machines.
import { defineNemesis } from '../framework/contracts/define.js';
import { onlyFields, targetsOf } from './shared/fields.js';

export default defineNemesis({
  name: 'pause',
  summary: 'Freezes nodes for a while; they do not notice until they wake.',
  needs: ['pause'],
  targets: 'one',
  choose: ({ targets }) => ({ targets }),
  inject: async (injection, faults) => {
    onlyFields('pause', injection, ['targets']);
    return faults.pause(targetsOf('pause', injection));
  },
});
