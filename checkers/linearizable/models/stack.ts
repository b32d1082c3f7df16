// A stack: what was put last comes out first.
import { ordered } from './ordered.js';

export const stack = ordered({
  name: 'stack',
  summary: 'A stack: push, pop and peek; null means that it was empty.',
  put: 'push',
  take: 'pop',
  look: 'peek',
  order: 'last',
});
