// Containers as hosts, by Podman and by Docker, with real engines: what is made, limited, turned off, left behind and removed.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { build } from 'esbuild';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChaosError } from '../../framework/contracts/error.js';
import { cleanContainers, keptImages } from '../../framework/deploy/container/clean.js';
import { findEngine } from '../../framework/deploy/container/engine.js';
import type { EngineKind } from '../../framework/deploy/container/engine-answer.js';
import type { ContainerOptions } from '../../framework/deploy/container/options.js';
import { ContainerSource } from '../../framework/deploy/container/source.js';
import { type TarEntry, tarOf } from '../../framework/deploy/container/tar.js';
import type { Host } from '../../framework/deploy/host/host.js';
import { checkArchitecture, makeToolbox } from '../../framework/deploy/remote/toolbox.js';
import { type Dockerd, startDockerd } from './support/dockerd.js';

const NODES = ['n1', 'n2', 'n3'];
const SCRATCH = { from: 'scratch-with-node' } as const;

let folder: string;
const saved = { docker: process.env['DOCKER_HOST'], cache: process.env['XDG_CACHE_HOME'] };
let dockerd: Dockerd;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-container-'));
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
  dockerd = await startDockerd('ct-docker', join(folder, 'docker'));
  process.env['DOCKER_HOST'] = dockerd.socket;
});

afterAll(async () => {
  await dockerd?.stop();
  restore('DOCKER_HOST', saved.docker);
  restore('XDG_CACHE_HOME', saved.cache);
  rmSync(folder, { recursive: true, force: true });
  expect((await execa('mount')).stdout).not.toContain(folder);
  expect((await execa('ps', ['-eo', 'args'])).stdout).not.toContain(folder);
  expect((await execa('ip', ['netns'])).stdout).not.toContain('ct-docker');
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

async function fails(doing: Promise<unknown>): Promise<ChaosError> {
  const error = await doing.then(
    () => null,
    (reason: ChaosError) => reason,
  );
  expect(error).not.toBeNull();
  return error!;
}

async function timed<T>(what: string, doing: Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await doing;
  console.log(`${what}: ${Math.round(performance.now() - start)} ms`);
  return result;
}

/** Ids of containers and names of networks that a run has left. */
async function leftOf(engine: EngineKind, run: string): Promise<string[]> {
  const filter = ['--filter', `label=chaos.run=${run}`];
  const containers = await execa(engine, ['ps', '--all', '--quiet', ...filter]);
  const networks = await execa(engine, ['network', 'ls', '--quiet', ...filter]);
  return `${containers.stdout}\n${networks.stdout}`.split('\n').filter((line) => line !== '');
}

/** Names of images that were built for nodes. */
async function imagesOf(engine: EngineKind): Promise<string[]> {
  const format = '{{.Repository}}:{{.Tag}}';
  const { stdout } = await execa(engine, ['images', '--filter', 'label=chaos.image', '--format', format]);
  return stdout.split('\n').filter((line) => line !== '');
}

async function shell(host: Host, script: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(['sh', '-c', script]);
  expect({ script, code, stderr }).toMatchObject({ code: 0 });
  return stdout.trim();
}

const pings = async (host: Host, target: string) => (await host.run(['ping', '-c', '1', '-W', '1', target])).code === 0;

describe.each<{ kind: EngineKind; net: number }>([
  { kind: 'podman', net: 1 },
  { kind: 'docker', net: 101 },
])('$kind', ({ kind, net }) => {
  const run = `ct-${kind}-${process.pid}`;
  const options = (more: Partial<ContainerOptions> = {}): ContainerOptions => ({
    engine: kind,
    image: SCRATCH,
    subnet: `10.66.${net}.0/24`,
    ...more,
  });
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  let source: ContainerSource;
  let hosts: ReadonlyMap<string, Host>;
  let n1: Host;
  let n2: Host;

  beforeAll(async () => {
    const limits = { memory: 256 * 1024 * 1024, cpus: 1.5 };
    source = new ContainerSource({ run, options: options({ ...limits, env: { GREETING: "it's $me\n" } }) });
    hosts = await timed(`${kind}: image and 3 containers`, source.open(NODES, say));
    n1 = hosts.get('n1')!;
    n2 = hosts.get('n2')!;
  });

  afterAll(async () => {
    await timed(`${kind}: removal`, source.close());
    await source.close();
    expect(await leftOf(kind, run)).toEqual([]);
    const own = [`localhost/${run}-mute:1`, `localhost/${run}-idle:1`, `localhost/${run}-bare:1`];
    // The image for nodes stays with Podman: other tests use it at the same time. Docker's goes with the daemon.
    for (const name of own) await execa(kind, ['rmi', name], { reject: false });
    const { stdout: left } = await execa(kind, ['images', '--format', '{{.Repository}}']);
    expect(left).not.toContain(run);
  });

  it('gives every node a container with its name and address', async () => {
    console.log(said.join('\n'));
    expect(said[0]).toMatch(new RegExp(`^containers by ${kind} \\d`));
    expect([...hosts.keys()]).toEqual(NODES);
    expect([...hosts.values()].map(({ address }) => address)).toEqual([11, 12, 13].map((at) => `10.66.${net}.${at}`));
    expect(n1.title).toBe(`${kind} container chaos-${run}-n1`);
    expect(source.entrance('n1')).toBe(`${kind} exec -it chaos-${run}-n1 sh`);
    for (const [name, host] of hosts) {
      expect(await shell(host, 'hostname')).toBe(name);
      for (const other of NODES) expect([name, other, await pings(host, other)]).toEqual([name, other, true]);
    }
    await timed(`${kind}: exec`, n1.run(['true']));
  });

  it('has Node and the tools that faults need', async () => {
    const node = await n1.run(['node', '-p', 'process.version']);
    expect(node.stdout.trim()).toBe(process.version);
    expect(await shell(n1, 'node -p "process.env.GREETING"')).toBe("it's $me");
    // A name is looked up as everywhere.
    expect(await shell(n1, "node -e \"require('dns').lookup('n2', (e, a) => console.log(a))\"")).toBe(n2.address);
    await shell(n1, 'tc qdisc add dev eth0 root tbf rate 4mbit burst 32kb latency 400ms && tc qdisc del dev eth0 root');
    expect(await shell(n1, 'ip -brief address show eth0')).toContain(n1.address);
  });

  it('lets packets be dropped inside, of one peer alone', async () => {
    await shell(
      n1,
      `iptables -w -N CHAOS && iptables -w -I INPUT -j CHAOS && iptables -w -A CHAOS -s ${n2.address} -j DROP`,
    );
    expect(await pings(n1, 'n2')).toBe(false);
    expect(await pings(n1, 'n3')).toBe(true);
    await shell(
      n1,
      'iptables -w -F CHAOS && iptables -w -A CHAOS -m statistic --mode random --probability 0.3 -j DROP',
    );
    await shell(n1, 'iptables -w -D INPUT -j CHAOS && iptables -w -F CHAOS && iptables -w -X CHAOS');
    expect(await pings(n1, 'n2')).toBe(true);
  });

  it('collects processes that nobody else waits for', async () => {
    await shell(n1, 'for i in 1 2 3; do (sleep 0.2 &); done');
    await shell(n1, 'sleep 1');
    expect(await shell(n1, 'cat /proc/[0-9]*/stat | grep -c " Z " || true')).toBe('0');
  });

  it('keeps to its limits', async () => {
    const { stdout } = await execa(kind, ['container', 'inspect', `chaos-${run}-n1`]);
    const [{ HostConfig: limits }] = JSON.parse(stdout) as [{ HostConfig: { Memory: number; NanoCpus: number } }];
    expect(limits.Memory).toBe(256 * 1024 * 1024);
    expect(limits.NanoCpus).toBe(1.5e9);
    const file = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max';
    expect(await shell(n1, file)).toBe(String(256 * 1024 * 1024));
  });

  it('takes and gives large files and folders', async () => {
    const bytes = randomBytes(100 * 1000 * 1000);
    const path = join(folder, `large-${kind}`);
    writeFileSync(path, bytes, { mode: 0o751 });
    await timed(`${kind}: upload of 100 MB`, n1.upload(path, '/opt/a b/large'));
    const sum = createHash('sha256').update(bytes).digest('hex');
    expect(await shell(n1, 'sha256sum < "/opt/a b/large"; stat -c %a "/opt/a b/large"; ls "/opt/a b"')).toBe(
      `${sum}  -\n751\nlarge`,
    );
    mkdirSync(join(folder, `tree-${kind}/sub`), { recursive: true });
    writeFileSync(join(folder, `tree-${kind}/sub/large`), bytes.subarray(0, 20_000_000));
    await n1.upload(join(folder, `tree-${kind}`), '/opt/tree');
    expect(await shell(n1, 'cd /opt/tree && find . -type f && stat -c %s sub/large')).toBe('./sub/large\n20000000');
    // A folder does not swallow a file that is to take its place.
    expect((await fails(n1.upload(path, '/opt/tree/sub'))).code).toBe('host-file');
    expect(await shell(n1, 'ls /opt/tree/sub; ls /opt/tree')).toBe('large\nsub');
    await n1.download('/opt/a b/large', join(folder, `back-${kind}`));
    expect(readFileSync(join(folder, `back-${kind}`)).equals(bytes)).toBe(true);
  });

  it('turns off without warning, and on with the same files and address', async () => {
    await shell(n1, 'echo kept > /root/file && iptables -w -A INPUT -j ACCEPT');
    const card = await shell(n1, 'cat /sys/class/net/eth0/address');
    await timed(`${kind}: power off`, source.powerOff('n1'));
    expect((await fails(n1.run(['true']))).code).toBe('host-unreachable');
    expect(await pings(n2, 'n1')).toBe(false);
    await source.powerOff('n1');
    await timed(`${kind}: power on`, source.powerOn('n1'));
    expect(await shell(n1, 'cat /root/file; ip -brief address show eth0; iptables -w -S INPUT')).toMatch(
      new RegExp(`^kept\\neth0\\S* +UP +${n1.address}/24.*\\n-P INPUT ACCEPT$`),
    );
    expect(await shell(n1, 'cat /sys/class/net/eth0/address')).toBe(card);
    expect(await pings(n2, 'n1')).toBe(true);
    expect(await pings(n1, 'n2')).toBe(true);
  });

  it('is not a leftover while its process lives', async () => {
    expect((await cleanContainers(true)).filter((line) => line.includes(run))).toEqual([]);
  });

  it('uses its image again, and finds a free range of addresses', async () => {
    const lines: string[] = [];
    const { subnet: _, ...rest } = options();
    const other = new ContainerSource({ run: `${run}-b`, options: rest });
    try {
      const open = other.open(['n1', 'n2', 'n3'], (line) => lines.push(line));
      const [first] = [...(await timed(`${kind}: 3 containers`, open)).values()];
      expect(lines.filter((line) => line.startsWith('built'))).toEqual([]);
      expect(first!.address).toMatch(/^10\.(5[6-9]|6[0-3])\.\d+\.11$/);
      expect(await pings(first!, 'n2')).toBe(true);
    } finally {
      await other.close();
    }
    expect(await leftOf(kind, `${run}-b`)).toEqual([]);
    expect(await pings(n1, 'n2')).toBe(true);
  });

  it('leaves nothing when it is closed while it opens', async () => {
    for (const pause of [0, 400, 900]) {
      const other = new ContainerSource({ run: `${run}-c`, options: options({ subnet: `10.66.${net + 1}.0/24` }) });
      const open = other.open(NODES, () => {}).catch((error: ChaosError) => error.code);
      await new Promise((resolve) => setTimeout(resolve, pause));
      await other.close();
      await open;
      expect(await leftOf(kind, `${run}-c`)).toEqual([]);
    }
  });

  it('leaves everything with keep, until it is cleaned', async () => {
    const more = { run: `${run}-d`, options: options({ subnet: `10.66.${net + 2}.0/24` }) };
    const kept = new ContainerSource({ ...more, keep: true });
    await kept.open(['n1'], () => {});
    await kept.close();
    expect(await leftOf(kind, `${run}-d`)).toHaveLength(2);
    const again = new ContainerSource(more);
    const error = await fails(again.open(['n1'], () => {}));
    expect(error.message).toMatch(/network|subnet/);
    await again.close();
    expect(await leftOf(kind, `${run}-d`)).toEqual([]);
  });

  it('finds and removes what a killed run has left', async () => {
    const bundle = join(folder, `run-${kind}.mjs`);
    await build({
      entryPoints: [join(import.meta.dirname, 'support/container-run.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const victim = execa(process.execPath, [bundle, kind, `${run}-e`, `10.66.${net + 3}.0/24`], { reject: false });
    const up = new Promise((resolve) => victim.stdout.once('data', resolve)).then(() => 'up');
    expect(await Promise.race([up, victim.then(({ stderr }) => stderr)])).toBe('up');
    const ofVictim = (lines: readonly string[]) => lines.filter((line) => line.includes(`(run ${run}-e,`));
    expect(ofVictim(await cleanContainers(true))).toEqual([]);
    victim.kill('SIGKILL');
    await victim;
    const found = ofVictim(await cleanContainers(true));
    expect(found.map((line) => line.replace(/ \(.*/, '')).sort()).toEqual([
      `${kind} container chaos-${run}-e-n1`,
      `${kind} container chaos-${run}-e-n2`,
      `${kind} network chaos-${run}-e`,
    ]);
    expect(await leftOf(kind, `${run}-e`)).toHaveLength(3);
    expect(ofVictim(await cleanContainers(false))).toEqual(found);
    expect(await leftOf(kind, `${run}-e`)).toEqual([]);
    expect(await pings(n1, 'n2')).toBe(true);
  });

  it('says which image cannot be had, and what to do', async () => {
    const other = new ContainerSource({
      run: `${run}-f`,
      options: options({ image: 'localhost/chaos-absent:1', subnet: `10.66.${net + 4}.0/24` }),
    });
    const error = await fails(other.open(['n1'], () => {}));
    await other.close();
    expect(error.code).toBe('image-unavailable');
    expect(error.message).toContain('localhost/chaos-absent:1');
    expect(error.hint).toContain(`${kind} load`);
    expect(await leftOf(kind, `${run}-f`)).toEqual([]);
  });

  it('says what an image lacks that cannot be a host', async () => {
    const { programs, files, folder: tools } = await makeToolbox(['sh']);
    const idle = [...programs.map((file) => ({ ...file, home: '/bin/sh' })), ...files].map(
      ({ file, home, size }): TarEntry => ({
        kind: 'file',
        path: home.slice(1),
        from: join(tools, file),
        size,
        mode: 0o755,
      }),
    );
    const images: Record<string, TarEntry[]> = {
      [`localhost/${run}-mute:1`]: [{ kind: 'text', path: 'etc/motd', text: 'no shell here\n' }],
      [`localhost/${run}-idle:1`]: idle,
    };
    const hints: string[] = [];
    for (const [image, entries] of Object.entries(images)) {
      await execa(kind, ['import', '-', image], { input: Readable.from(tarOf(entries), { objectMode: false }) });
      const other = new ContainerSource({
        run: `${run}-g`,
        options: options({ image, subnet: `10.66.${net + 5}.0/24` }),
      });
      const error = await fails(other.open(['n1', 'n2'], () => {}));
      await other.close();
      expect(error.code).toBe('container-not-started');
      expect(error.message).toContain('n1');
      hints.push(error.hint ?? '');
      expect(await leftOf(kind, `${run}-g`)).toEqual([]);
    }
    expect(hints[0]).toMatch(/needs a shell/);
    expect(hints[1]).toMatch(/sleep/);
  });

  it('makes a host of an image that has a shell and nothing else, with programs of this machine', async () => {
    const { programs, folder: tools } = await makeToolbox(['busybox']);
    const [{ file, size }] = programs as [(typeof programs)[0]];
    const image = `localhost/${run}-bare:1`;
    const applets = ['sh', 'sleep', 'cat', 'mkdir', 'dirname', 'tar', 'chmod', 'mv', 'rm', 'id', 'env', 'uname', 'ls'];
    const entries: TarEntry[] = [
      { kind: 'file', path: 'bin/busybox', from: join(tools, file), size, mode: 0o755 },
      ...applets.map((name): TarEntry => ({ kind: 'link', path: `bin/${name}`, to: 'busybox' })),
    ];
    const changes = ['USER 1234', 'ENTRYPOINT ["/bin/false"]', 'WORKDIR /somewhere'];
    await execa(kind, ['import', ...changes.flatMap((change) => ['--change', change]), '-', image], {
      input: Readable.from(tarOf(entries), { objectMode: false }),
    });
    const other = new ContainerSource({
      run: `${run}-i`,
      options: options({ image, subnet: `10.66.${net + 7}.0/24` }),
    });
    try {
      const host = (await other.open(['n1'], () => {})).get('n1')!;
      expect(await shell(host, 'id -u')).toBe('0');
      checkArchitecture(host.title, await shell(host, 'uname -m'));
      const toolbox = await makeToolbox(['node', 'iptables', 'tc']);
      await timed(`${kind}: upload of Node and tools`, host.upload(toolbox.folder, '/opt/tools'));
      const node = await host.run([...toolbox.commandFor('node', '/opt/tools'), '-p', 'process.version']);
      expect(node).toMatchObject({ code: 0, stdout: `${process.version}\n`, stderr: '' });
      const iptables = toolbox.commandFor('iptables', '/opt/tools');
      const rule = ['-A', 'INPUT', '-s', '10.66.0.9', '-m', 'statistic', '--mode', 'random', '--probability', '0.5'];
      expect(await host.run([...iptables, '-w', ...rule, '-j', 'DROP'])).toMatchObject({ code: 0, stderr: '' });
      expect((await host.run([...iptables, '-S', 'INPUT'])).stdout).toContain('--mode random --probability 0.5');
      const shaping = [
        'qdisc',
        'add',
        'dev',
        'eth0',
        'root',
        'tbf',
        'rate',
        '4mbit',
        'burst',
        '32kb',
        'latency',
        '9ms',
      ];
      expect(await host.run([...toolbox.commandFor('tc', '/opt/tools'), ...shaping])).toMatchObject({ code: 0 });
    } finally {
      await other.close();
    }
    expect(await leftOf(kind, `${run}-i`)).toEqual([]);
  });

  it('refuses what the engine cannot give', async () => {
    const wrong = [
      { more: { subnet: '10.66.1.7/24' }, code: 'network-not-made' },
      { more: { subnet: `10.66.${net}.0/24` }, code: 'network-not-made' },
      { more: { subnet: `10.66.${net + 6}.0/24`, memory: 1000 }, code: 'container-not-started' },
    ];
    for (const { more, code } of wrong) {
      const other = new ContainerSource({ run: `${run}-h`, options: options(more) });
      const error = await fails(other.open(['n1'], () => {}));
      await other.close();
      expect([more, error.code, error.hint !== undefined]).toEqual([more, code, true]);
      expect(await leftOf(kind, `${run}-h`)).toEqual([]);
    }
  });
});

describe('engines', () => {
  it('lose the images that were built, too, when that is asked for', async () => {
    const source = new ContainerSource({
      run: `ct-images-${process.pid}`,
      options: { engine: 'docker', image: SCRATCH, subnet: '10.66.111.0/24' },
    });
    await source.open(['n1'], () => {});
    await source.close();
    const [name] = await imagesOf('docker');
    expect(await keptImages(['docker'])).toEqual([
      expect.stringMatching(new RegExp(`^docker image ${name} \\(\\d+ ?MB\\)$`)),
    ]);
    const all = { images: true, engines: ['docker'] } as const;
    expect(await cleanContainers(true, all)).toEqual([`docker image ${name}`]);
    expect(await cleanContainers(false, all)).toEqual([`docker image ${name}`]);
    expect(await imagesOf('docker')).toEqual([]);
  });

  it('are spoken to in their own version', async () => {
    process.env['DOCKER_API_VERSION'] = '9.99';
    try {
      const engine = await findEngine('docker');
      expect(engine.prefix).toEqual(['env', expect.stringMatching(/^DOCKER_API_VERSION=1\.\d+$/), 'docker']);
      expect(await engine.lines('list its containers', ['ps', '--quiet'])).toEqual([]);
    } finally {
      restore('DOCKER_API_VERSION', undefined);
    }
  });

  it('says that a client has no engine, and which socket was tried', async () => {
    const engine = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = `unix://${folder}/none.sock`;
    try {
      const error = await fails(findEngine('docker'));
      expect(error.code).toBe('engine-unreachable');
      expect(error.message).toContain(`nothing answers at unix://${folder}/none.sock`);
      expect(error.hint).toContain('DOCKER_HOST');
      expect((await findEngine('auto')).kind).toBe('podman');
    } finally {
      restore('DOCKER_HOST', engine);
    }
  });

  it('says what is not installed', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = join(folder, 'nothing');
    try {
      const error = await fails(findEngine('auto'));
      expect(error.message).toBe('no container engine answers: docker is not installed; podman is not installed');
      expect(error.hint).toContain('apt-get install docker.io');
    } finally {
      restore('PATH', path);
    }
  });
});
