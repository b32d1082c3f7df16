// Whoever relies on ~/.ssh/config is told that a plan has to say what is there.
import { expect, it } from 'vitest';
import { sshConfigHint } from './ssh-config.js';

const CONFIG = `# mine
Host *
  User me
Host db1 "db2"   db-*
  HostName 10.0.0.1
host=web?.example.com !web9.example.com
Match host other
`;

it.each(['db1', 'db2', 'DB1', 'db-7', 'web1.example.com'])('%s has settings there', (host) => {
  expect(sshConfigHint(host, CONFIG)).toBe(
    '~/.ssh/config has settings for it, but is not read: write host, user, port, key and jump into the plan (ssh -G NAME shows them).',
  );
});

it.each(['db3', 'db', 'xdb1', 'web9.example.com', 'web1xexample.com', 'other', '10.0.0.1'])('%s has none', (host) => {
  expect(sshConfigHint(host, CONFIG)).toBeUndefined();
});
