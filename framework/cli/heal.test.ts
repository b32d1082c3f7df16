import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heal } from './heal.js';
import type { Io } from './io.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-heal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const PLAN = `name: small
system: { use: raft, nodes: 2 }
workload: { use: register, clients: 2 }
timing: { load: 1s, recover: 0s }
`;

async function healed(deploy: string, ...set: string[]): Promise<{ code: number; out: string; err: string }> {
  const file = join(folder, 'plan.yaml');
  writeFileSync(file, `${PLAN}deploy: ${deploy}\n`);
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    color: false,
    errorColor: false,
    columns: 80,
    cwd: folder,
    env: {},
    lines: null,
    signal: new AbortController().signal,
    breakable: (work) => work(),
  };
  return { code: await heal.action([[file]], { set }, io), out, err };
}

describe('chaos heal', () => {
  it('says of deployments whose nodes end with the run that there is nothing to heal', async () => {
    expect(await healed('sim')).toEqual({
      code: 0,
      out: 'sim: nothing of it outlives a run, so there is nothing to heal\n',
      err: '',
    });
    expect(await healed('lab')).toMatchObject({ code: 0, out: expect.stringContaining('chaos clean') });
  });

  it('names every host that cannot be healed, and exits with 255', async () => {
    const hosts = '[{ host: 127.0.0.1, port: 1, address: 10.0.0.1 }, { host: 127.0.0.1, port: 2, address: 10.0.0.2 }]';
    process.env['CHAOS_TEST_PASSWORD'] = 'hunter2';
    const { code, err } = await healed(
      `{ use: ssh, user: nobody, password-env: CHAOS_TEST_PASSWORD, hosts: ${hosts} }`,
    );
    delete process.env['CHAOS_TEST_PASSWORD'];
    expect(code).toBe(255);
    expect(err).toMatch(
      /2 of 2 hosts could not be healed:\n +n1 \(ssh nobody@127\.0\.0\.1:1\): not healed: .*port 1\n +n2 .*port 2\n/,
    );
    expect(err).not.toContain('hunter2');
  });

  it('a plan that is wrong, and hosts that do not suffice, exit with 254', async () => {
    expect((await healed('{ use: ssh, hostz: a }')).err).toContain('hosts');
    expect((await healed('{ use: ssh, hostz: a }')).code).toBe(254);
    const few = await healed('{ use: ssh, hosts: a }');
    expect(few).toMatchObject({ code: 254, err: expect.stringContaining('none is left for n2') });
  });
});
