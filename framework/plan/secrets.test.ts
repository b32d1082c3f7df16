import { expect, it } from 'vitest';
import { option } from '../contracts/options.js';
import { planToYaml } from './document.js';
import { Asked, hidden, secretsIn, withoutSecrets } from './secrets.js';

const KEY = { ...option.path('a key'), 'x-secret': true as const };
const OPTIONS = {
  user: option.text('who'),
  key: KEY,
  hosts: {
    anyOf: [
      { type: 'string' as const },
      { type: 'array' as const, items: option.object('', { host: option.text(''), key: KEY }) },
    ],
  },
};

it('puts variables in the place of secrets, at any depth, and leaves the rest', () => {
  const words = { user: 'root', key: '~/.ssh/a', hosts: [{ host: 'h', key: '/k/b' }, 'plain'] };
  expect(withoutSecrets(OPTIONS, words)).toEqual({
    user: 'root',
    key: new Asked('key'),
    hosts: [{ host: 'h', key: new Asked('key') }, 'plain'],
  });
  expect(withoutSecrets({ user: OPTIONS.user }, words)).toBe(words);
  const document = { deploy: withoutSecrets(OPTIONS, { key: '/k', user: '${CHAOS_KEY}' }) };
  // What the plan itself wrote stays text.
  expect(planToYaml({ document })).toBe('deploy:\n  key: ${CHAOS_KEY}\n  user: $${CHAOS_KEY}\n');
});

it('knows secrets as they are written and as they are resolved, and hides them whole', () => {
  const secrets = secretsIn(OPTIONS, { key: '/k', hosts: [{ key: '/k/b' }] }, { key: '/home/me/k' });
  expect(secrets).toEqual(['/home/me/k', '/k/b', '/k']);
  expect(hidden('cannot read /home/me/k or /k/b of root', secrets)).toBe('cannot read *** or *** of root');
  expect(secretsIn({ user: OPTIONS.user }, { user: 'root' })).toEqual([]);
});
