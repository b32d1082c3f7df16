// Commands that are printed can be typed as they stand.
import { expect, it } from 'vitest';
import { typed, typedAsRoot } from './command-line.js';

const ROOT = { user: 0, env: {} };
const BY_SUDO = { user: 0, env: { SUDO_USER: 'me' } };
const PLAIN = { user: 1000, env: {} };

it.each([
  ['root', ROOT, 'npx chaos lab down', 'npx chaos lab down'],
  ['whoever used sudo', BY_SUDO, 'sudo npx chaos lab down', 'sudo npx chaos lab down'],
  ['a plain user', PLAIN, 'npx chaos lab down', 'sudo npx chaos lab down'],
  [
    'a plain user who was root before',
    { user: 1000, env: { SUDO_USER: 'me' } },
    'npx chaos lab down',
    'sudo npx chaos lab down',
  ],
])('for %s', (_who, caller, own, root) => {
  expect(typed('lab down', caller)).toBe(own);
  expect(typedAsRoot('lab down', caller)).toBe(root);
});
