import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../contracts/error.js';
import { resolveOptions } from '../../plan/values.js';
import { hostProblems, readHosts, shown } from './hosts.js';
import { SSH_OPTIONS, type SshOptions } from './options.js';

const AROUND = { env: { SECRET: 'hunter2', EMPTY: '' }, user: 'me', home: '/home/me' };
const NODES = ['n1', 'n2', 'n3'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-hosts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (given: Record<string, unknown>, nodes: readonly string[] = NODES) =>
  readHosts(resolveOptions(SSH_OPTIONS, given, 'deployment ssh') as unknown as SshOptions, nodes, AROUND);

const short = (given: Record<string, unknown>, nodes?: readonly string[]) =>
  read(given, nodes).map((target) => `${target.node} ${shown(target)}`);

function refusal(given: Record<string, unknown>, nodes?: readonly string[]): string {
  try {
    read(given, nodes);
  } catch (error) {
    expect(error).toMatchObject({ kind: 'usage' });
    return messageOf(error);
  }
  throw new Error('was not refused');
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('hosts of a plan', () => {
  it('are texts with or without user and port, or objects; nodes take them in order', () => {
    expect(short({ hosts: ['db1', 'admin@10.0.0.2:2222', { host: 'db3', user: 'root', port: 23 }] })).toEqual([
      'n1 me@db1',
      'n2 admin@10.0.0.2:2222',
      'n3 root@db3:23',
    ]);
  });

  it('are one text, too, as a variable has it', () => {
    expect(short({ hosts: 'a, b\n root@c:23', user: 'you', port: 24 })).toEqual([
      'n1 you@a:24',
      'n2 you@b:24',
      'n3 root@c:23',
    ]);
  });

  it('may be IPv6 addresses', () => {
    expect(short({ hosts: ['fd00::1', 'u@[fd00::2]:2222', '[fd00::3]'] })).toEqual([
      'n1 me@[fd00::1]',
      'n2 u@[fd00::2]:2222',
      'n3 me@[fd00::3]',
    ]);
  });

  it('that are named after nodes go to these, and those that are too many to nobody', () => {
    const hosts = ['a', { host: 'b', name: 'n1' }, 'c', { host: 'd', name: 'n4' }, 'e'];
    expect(short({ hosts })).toEqual(['n1 me@b', 'n2 me@a', 'n3 me@c']);
  });

  it('take key, secrets and the host to jump through from the plan where they do not say otherwise', () => {
    const hosts = ['a', { host: 'b', key: '/k/b', jump: 'x@gate:23' }];
    const [a, b] = read({ hosts, key: '/k/all', 'passphrase-env': 'SECRET', jump: 'gate' }, ['n1', 'n2']);
    expect(a).toMatchObject({
      key: '/k/all',
      passphrase: 'hunter2',
      password: null,
      jump: { host: 'gate', port: 22, user: 'me' },
    });
    expect(b).toMatchObject({ key: '/k/b', jump: { host: 'gate', port: 23, user: 'x' } });
  });
});

describe('a file of hosts', () => {
  it.each([
    ['hosts', '# three\nroot@a\n\n  b:23   # the second\nc\n'],
    ['hosts.yaml', '- root@a # the first\n- { host: b, port: 23 }\n- c\n'],
    ['hosts.yml', 'hosts: [root@a, "b:23", c]\n'],
    ['hosts.json', '{ "hosts": ["root@a", { "host": "b", "port": 23 }, "c"] }'],
  ])('%s', (name, text) => {
    expect(short({ 'hosts-file': file(name, text) })).toEqual(['n1 root@a', 'n2 me@b:23', 'n3 me@c']);
  });

  it('has paths relative to itself', () => {
    const path = file('hosts.yaml', '- { host: a, key: keys/a }\n- { host: b, key: ~/b }\n');
    expect(read({ 'hosts-file': path }, ['n1', 'n2']).map(({ key }) => key)).toEqual([
      join(folder, 'keys/a'),
      '/home/me/b',
    ]);
  });

  it.each([
    ['none.yaml', null, 'there is none'],
    ['broken.yaml', '- { host: a', 'cannot be read'],
    ['number.yaml', '3', 'must hold a list'],
    ['odd.yaml', 'hosts: [a]\nmore: 1\n', 'must hold a list'],
    ['empty', '# nothing\n', 'has none'],
  ])('%s is refused', (name, text, reason) => {
    const path = text === null ? join(folder, name) : file(name, text);
    expect(refusal({ 'hosts-file': path })).toContain(reason);
  });
});

describe('what is wrong with hosts', () => {
  it('is told at once', () => {
    const told = refusal({
      'hosts-file': file(
        'hosts.yaml',
        '- a:99999\n- { host: b, usr: x }\n- a\n- A\n- { port: 3 }\n- -oProxyCommand=x\n- 7\n- { host: c, name: n1 }\n- { host: d, name: n1 }\n',
      ),
    });
    for (const problem of [
      'host 1: a port is a whole number from 1 to 65535, not "99999"',
      'host 2: has an unknown key "usr"',
      'host 4 (A) is the same host as host 3 (a)',
      'host 5: needs the key "host"',
      'host 6: "-oProxyCommand=x" is neither a host name nor an address',
      'host 7: must be a text',
      'host 9 (d) is for node n1, and so is host 8 (c)',
    ])
      expect(told).toContain(problem);
    expect(told.split('\n')).toHaveLength(8);
  });

  it('too few hosts', () => {
    expect(refusal({ hosts: ['a', { host: 'b', name: 'x1' }] })).toMatch(
      /3 nodes need as many hosts, there are 2: none is left for n2, n3; some are kept for nodes .* x1/,
    );
  });

  it('none, or both ways', () => {
    expect(refusal({})).toContain('there are none');
    expect(refusal({ hosts: 'a b c', 'hosts-file': file('hosts', 'a b c') })).toContain('not both');
  });

  it('the same host on another port is another one', () => {
    expect(short({ hosts: ['a:1', 'a:2'] }, ['n1', 'n2'])).toEqual(['n1 me@a:1', 'n2 me@a:2']);
  });

  it('variables that are not set, once each', () => {
    const told = refusal({ hosts: ['a', { host: 'b', 'passphrase-env': 'EMPTY' }, 'c'], 'password-env': 'NOT_THERE' });
    expect(told.match(/NOT_THERE/g)).toHaveLength(1);
    expect(told).toContain('EMPTY');
  });

  it.each([
    ['me:hunter2@a'],
    [{ host: 'a', password: 'hunter2' }],
    [{ host: 'a', passphrase: 'hunter2' }],
    [{ host: 'a', 'password-env': 'hunter2!' }],
    [{ host: 'a', key: '-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2' }],
  ])('a secret is refused, and never repeated', (host) => {
    const told = refusal({ 'hosts-file': file('hosts.json', JSON.stringify([host])) });
    expect(told).not.toContain('hunter2');
    expect(told).toMatch(/environment variable|name a variable|path of a file/);
  });

  it('is said when a plan is checked, as far as that shows without logging in', () => {
    const options = (given: Record<string, unknown>) =>
      resolveOptions(SSH_OPTIONS, given, 'deployment ssh') as unknown as SshOptions;
    expect(hostProblems(options({ hosts: 'a b c', 'password-env': 'NOT_SET_YET' }), NODES)).toEqual([]);
    expect(hostProblems(options({ hosts: 'a b' }), NODES)).toEqual([
      expect.stringMatching(/3 nodes need as many hosts, there are 2: none is left for n3; add hosts/),
    ]);
  });

  it('users and hosts to jump through that make no sense', () => {
    expect(refusal({ hosts: 'a', user: '-l root' }, ['n1'])).toContain('"-l root" is no name of a user');
    expect(refusal({ hosts: 'a', jump: 'x@:y' }, ['n1'])).toContain('the host to jump through');
  });
});
