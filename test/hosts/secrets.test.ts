// What nobody may read: no password, no place of a key and no secret of a program is in anything that a run prints or keeps.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyFiles } from '../../framework/deploy/lab/keys.js';
import { Lab } from '../../framework/deploy/lab/lab.js';
import { chaos, ROOT, Workspace } from '../support/chaos.js';

/** In every secret, so that one look finds them all. */
const MARK = 'Xq7Marked';
const PASSWORD = `${MARK}-password`;
const TOKEN = `${MARK}-token`;
const ENV = { TEST_PASSWORD: PASSWORD, TEST_TOKEN: TOKEN };

const NAMES = ['n1', 'n2', 'n3'];
const lab = new Lab(`test-secrets-${process.pid}`, NAMES);
const space = new Workspace();
let addresses: string[] = [];
/** A folder whose name is a secret, with the key of the hosts in it. */
const place = join(space.path, `${MARK}-place`);
const key = join(place, 'key');

beforeAll(async () => {
  await lab.up();
  addresses = lab.record.hosts.map(({ address }) => address);
  mkdirSync(place, { mode: 0o700 });
  copyFileSync(keyFiles(lab.record.state).key, key);
});
afterAll(async () => {
  await lab.down();
  space.remove();
});

/** What the program prints and writes is not ours to choose; `then`: what it does after that. */
const leaky = (then: readonly string[]) => [
  ...['sh', '-c', 'echo "token is $TEST_TOKEN"; echo "$TEST_TOKEN" >"$NODE_LOGS/own.log"; exec "$@"', 'sh', ...then],
];
const SERVER = [
  'python3',
  '${node.files}/server.py',
  '${node.address}',
  '${node.port}',
  '${nodes.first:%a:%p}',
  '${node.data}',
  'careful',
];
const BROKEN = ['sh', '-c', 'echo "cannot use $TEST_TOKEN" >&2; exit 1'];

/** A plan of a program that gets a secret, on the hosts of the lab. */
function plan(name: string, deploy: Record<string, unknown>, then: readonly string[] = SERVER): string {
  const known = keyFiles(lab.record.state).knownHosts;
  return space.file(
    `${name}.yaml`,
    JSON.stringify({
      name,
      extends: join(ROOT, 'plans/command/register.yaml'),
      deploy: { use: 'ssh', user: 'root', 'known-hosts': known, 'node-port': 7719, ...deploy },
      system: { with: { start: leaky(then), secrets: ['TEST_TOKEN'] } },
      nemeses: [{ use: 'kill', at: ['1s'], for: '1s' }],
      timing: { load: '4s', recover: '2s' },
    }),
  );
}

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  chaos(['run', ...args], { cwd: space.path, env: { ...ENV, ...env } });

/** Files below a folder that hold a secret, or are named after one. */
function revealing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return name.includes(MARK) || (statSync(path).isFile() && readFileSync(path, 'latin1').includes(MARK));
  });
}

/** The ways in which a plan may say where the key is. */
const WAYS: Record<string, () => { deploy: Record<string, unknown>; args?: string[]; env?: Record<string, string> }> = {
  'the plan': () => ({ deploy: { hosts: addresses, key } }),
  'a path relative to the plan': () => ({ deploy: { hosts: addresses, key: `./${MARK}-place/key` } }),
  'each host': () => ({ deploy: { hosts: addresses.map((host) => ({ host, key })) } }),
  'a file of hosts': () => ({
    deploy: { 'hosts-file': space.file('hosts.json', JSON.stringify(addresses.map((host) => ({ host, key })))) },
  }),
  'a variable': () => ({ deploy: { hosts: addresses, key: '${TEST_KEY}' }, env: { TEST_KEY: key } }),
  'the command line': () => ({ deploy: { hosts: addresses }, args: ['--set', `deploy.key=${key}`] }),
};

describe('a good run', () => {
  it('shows no secret of a program, and no place of a key that the plan names; it is judged and run again', async () => {
    const file = plan('good', { hosts: addresses, key, 'password-env': 'TEST_PASSWORD' });
    // The look does find what there is: the folder of the key, and the plan as it was written.
    expect(revealing(space.path)).toEqual(expect.arrayContaining([`${MARK}-place`, 'good.yaml']));
    const first = await run([file]);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^✔ Valid/) });
    expect(first.out + first.err).not.toContain(MARK);
    const folder = space.run('good');
    expect(revealing(folder)).toEqual([]);
    // The program did print it, three times over.
    expect(readFileSync(join(folder, 'nodes/n1/own.log'), 'utf8')).toContain('***');
    const judged = await chaos(['check', folder], { cwd: space.path });
    expect(judged).toMatchObject({ code: 0 });
    expect(revealing(folder)).toEqual([]);
    const stored = join(folder, 'plan.yaml');
    const unset = await run([stored]);
    expect(unset).toMatchObject({ code: 254, err: expect.stringContaining('CHAOS_KEY is not set') });
    const again = await run([stored, '--results', 'again'], { CHAOS_KEY: key });
    expect(again).toMatchObject({ code: 0 });
    expect(again.out + again.err).not.toContain(MARK);
    expect(revealing(join(space.path, 'again'))).toEqual([]);
  });
});

describe('a run that fails', () => {
  const failed = async (name: string, file: string, args: readonly string[] = [], env = {}) => {
    const { code, out, err } = await run([file, '--results', name, ...args], env);
    expect(code).toBe(255);
    expect(out + err).not.toContain(MARK);
    expect(revealing(join(space.path, name))).toEqual([]);
    return out;
  };

  it.each(Object.keys(WAYS))('because the program ends at once, with the key by %s', async (way) => {
    const name = `ends-${Object.keys(WAYS).indexOf(way)}`;
    const { deploy, args = [], env = {} } = WAYS[way]!();
    expect(await failed(name, plan(name, deploy, BROKEN), args, env)).toContain('cannot use ***');
  });

  it('because a key is not there, or is none, names the host and not the file', async () => {
    const missing = { hosts: addresses, key: join(place, 'missing') };
    expect(await failed('missing', plan('missing', missing))).toMatch(
      /n1 .*: The key for it cannot be read \(ENOENT\)/,
    );
    space.file(`${MARK}-place/none`, 'no key');
    const none = { hosts: addresses, key: join(place, 'none') };
    expect(await failed('none', plan('none', none))).toMatch(/n1 .*: The key for it is no private key/);
  });

  it('because hosts refuse the login with a key and a password', async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', MARK, '-f', join(place, 'stranger')]);
    const deploy = { hosts: addresses, key: join(place, 'stranger'), 'password-env': 'TEST_PASSWORD' };
    expect(await failed('refused', plan('refused', deploy))).toMatch(/n1 .*refused the login with key/i);
  });
});
