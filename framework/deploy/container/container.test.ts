// What is asked of an engine for one container, and how its refusals are told.
import { describe, expect, it } from 'vitest';
import type { Capability } from '../../contracts/capability.js';
import { type ContainerPlan, notRunning, optionsFor, runArguments, startProblem } from './container.js';
import { Engine, lastLine } from './engine.js';
import { merged } from './image-files.js';
import { isDead, labelOptions, ownerIn, thisOwner } from './owner.js';

const engine = new Engine('podman', { kind: 'podman', version: '4.3.1', architecture: 'amd64' });
const plan: ContainerPlan = {
  node: 'n1',
  name: 'chaos-r-n1',
  network: 'chaos-r',
  image: 'some/image:1',
  addresses: new Map([
    ['n1', '10.56.0.11'],
    ['n2', '10.56.0.12'],
  ]),
  labels: ['--label', 'chaos.run=r'],
  env: { TOKEN: 'secret' },
};
const options = { engine: 'auto', image: 'some/image:1' } as const;

describe('a container', () => {
  it('knows all others by name, and the values of its environment are in no argument', () => {
    const args = runArguments(engine, plan).join(' ');
    expect(args).toContain('--hostname n1 --network chaos-r --ip 10.56.0.11 --mac-address 02:c4:0a:38:00:0b');
    expect(args).toContain('--add-host n2:10.56.0.12 --cap-add NET_ADMIN');
    const older = new Engine('docker', { kind: 'docker', version: '20.10', architecture: '', derivesCards: true });
    expect(runArguments(older, plan)).not.toContain('--mac-address');
    expect(args).toContain('--env TOKEN --label chaos.run=r');
    expect(args).not.toMatch(/secret|--memory|--cpus|--ulimit/);
  });

  it('may trace, and mount LazyFS, where faults of the plan need that, and nowhere else', () => {
    const args = (...needs: Capability[]) => runArguments(engine, { ...plan, more: optionsFor(needs) }).join(' ');
    expect(args('slow-disk')).toContain('--cap-add SYS_PTRACE');
    expect(args('unsynced')).toContain('--cap-add SYS_ADMIN --device /dev/fuse');
    expect(args('kill', 'partition', 'files')).not.toMatch(/SYS_|fuse/);
  });

  it('has limits where they are given, and what the engine needs on this machine', () => {
    const limited = runArguments(engine, { ...plan, memory: 256e6, cpus: 0.5 }).join(' ');
    expect(limited).toContain('--memory 256000000b --cpus 0.5');
    const adapted = new Engine('podman', { kind: 'podman', version: '4.3.1', architecture: 'amd64' });
    expect(adapted.adapt('crun: unknown version specified')?.note).toMatch(/runc/);
    expect(adapted.adapt('crun: unknown version specified')).toBeNull();
    expect(adapted.prefix).toEqual(['podman', '--runtime', 'runc']);
    expect(adapted.adapt('error setting rlimit type 7: operation not permitted')).toMatchObject({ name: 'limits' });
    expect(adapted.adapt('error setting rlimit type 6: operation not permitted')?.note).toMatch(/smaller/);
    expect(runArguments(adapted, plan).join(' ')).toContain('--ulimit nofile=1024:1024 --ulimit nproc=4096:4096');
  });

  it('whose engine is older is reached with the version that it knows', () => {
    const facts = { kind: 'docker', version: '20.10', architecture: 'amd64' } as const;
    expect(new Engine('docker', facts, { DOCKER_API_VERSION: '1.41' }).prefix).toEqual([
      'env',
      'DOCKER_API_VERSION=1.41',
      'docker',
    ]);
  });
});

describe('containers that do not start', () => {
  it('are named, those with the same reason together', () => {
    const said = new Map([
      ['n1', 'Error: no space left on device'],
      ['n2', 'Error: no space left on device'],
      ['n3', 'Error: something else'],
    ]);
    const { message, hint } = startProblem(engine, said, options);
    expect(message).toBe(
      'podman 4.3.1 could not start containers: n1, n2: no space left on device; n3: something else',
    );
    expect(hint).toContain('Make room');
  });

  it.each([
    ['crun: executable file `/bin/sh` not found in $PATH: No such file or directory', /needs a shell/],
    ['exec /bin/sh: exec format error', /architecture/],
    ['opening file `memory.max` for writing: cgroup controller not available', /cannot limit/],
    ['unable to set memory limit to 1048576 (current usage: 1626112)', /more memory/],
    ['exec: "slirp4netns": executable file not found in $PATH', /slirp4netns uidmap/],
    ['whatever', /See whether any container starts/],
  ])('have a remedy: %j', (text, hint) => {
    expect(startProblem(engine, new Map([['n1', text]]), options).hint).toMatch(hint);
  });

  it('may have ended at once', () => {
    const error = notRunning(engine, ['/chaos-r-n1 false 127'], options);
    expect(error.message).toBe('containers of podman 4.3.1 ended at once: chaos-r-n1 (exit code 127)');
  });

  it('say why in their last line that matters', () => {
    expect(lastLine("docker: Error response from daemon: x.\nSee 'docker run --help'.\n")).toBe(
      'docker: Error response from daemon: x.',
    );
    expect(lastLine('')).toBe('it says nothing');
  });
});

describe('labels', () => {
  it('tell whether the process that made something lives', () => {
    const owner = thisOwner('r');
    const labels = Object.fromEntries(
      labelOptions(owner).flatMap((word) => (word === '--label' ? [] : [word.split('=') as [string, string]])),
    );
    expect(ownerIn(labels)).toEqual(owner);
    expect(isDead(owner)).toBe(false);
    expect(isDead({ ...owner, start: 'earlier' })).toBe(true);
    expect(isDead({ ...owner, pid: 2 ** 22 + 1 })).toBe(true);
    expect(isDead({ ...owner, pid: 2 ** 22 + 1, machine: 'another' })).toBe(false);
  });

  it.each([null, undefined, {}, { 'chaos.run': 'r' }, { 'chaos.run': 'r', 'chaos.pid': 'x' }])(
    'of others tell nothing: %j',
    (labels) => {
      expect(ownerIn(labels)).toBeNull();
    },
  );
});

it.each([
  ['/lib/x86_64-linux-gnu/libc.so.6', 'usr/lib/x86_64-linux-gnu/libc.so.6'],
  ['/lib64/ld-linux-x86-64.so.2', 'usr/lib64/ld-linux-x86-64.so.2'],
  ['/usr/lib/tc/normal.dist', 'usr/lib/tc/normal.dist'],
  ['/sbin/tc', 'usr/bin/tc'],
  ['/opt/node/lib/libnode.so', 'opt/node/lib/libnode.so'],
])('an image has one folder for programs and one for libraries: %s', (path, there) => {
  expect(merged(path)).toBe(there);
});
