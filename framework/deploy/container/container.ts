// One container: what is asked of the engine, and what it means when the engine refuses.
import type { Capability } from '../../contracts/capability.js';
import { ChaosError } from '../../contracts/error.js';
import { type Engine, lastLine } from './engine.js';
import type { ContainerOptions } from './options.js';

export interface ContainerPlan {
  node: string;
  name: string;
  network: string;
  image: string;
  /** Of every node. */
  addresses: ReadonlyMap<string, string>;
  labels: readonly string[];
  env: Readonly<Record<string, string>>;
  /** More options, as faults need them. */
  more?: readonly string[];
  /** Bytes. */
  memory?: number;
  cpus?: number;
}

// The first process of a container has to collect what others leave; a shell that waits for a child does. Where there is no `sleep`
// it ends instead of spinning.
const FIRST_PROCESS = 'trap "exit 0" TERM; while sleep 86400 & wait $!; do :; done';

/** What faults on the network and captures of packets need. */
const CAPABILITIES = ['NET_ADMIN', 'NET_RAW'];

/** Options for faults of the disks of programs: to trace processes, and to mount file systems in user space. */
export function optionsFor(needs: readonly Capability[]): string[] {
  return [
    ...(needs.includes('slow-disk') ? ['--cap-add', 'SYS_PTRACE'] : []),
    ...(needs.includes('unsynced')
      ? ['--cap-add', 'SYS_ADMIN', '--device', '/dev/fuse', '--security-opt', 'apparmor=unconfined']
      : []),
  ];
}

/**
 * The hardware address that goes with an IPv4 address. A container that is started again keeps it: with a new one others would go on
 * sending to the old one until their kernels look again, for many seconds.
 */
export function cardOf(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['02', 'c4', ...bytes].join(':');
}

export function runArguments(engine: Engine, plan: ContainerPlan): string[] {
  const { node, addresses, memory, cpus } = plan;
  const address = addresses.get(node)!;
  const others = [...addresses].filter(([name]) => name !== node);
  return [
    ...['run', '--detach', '--pull', 'never', '--name', plan.name, '--hostname', node],
    ...['--network', plan.network, '--ip', address],
    ...(engine.derivesCards ? [] : ['--mac-address', cardOf(address)]),
    ...others.flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
    ...CAPABILITIES.flatMap((name) => ['--cap-add', name]),
    ...(plan.more ?? []),
    ...['--stop-timeout', '0', '--restart', 'no'],
    ...(memory === undefined ? [] : ['--memory', `${Math.round(memory)}b`]),
    ...(cpus === undefined ? [] : ['--cpus', String(cpus)]),
    ...Object.keys(plan.env).flatMap((name) => ['--env', name]),
    ...plan.labels,
    ...engine.runOptions,
    ...['--user', '0', '--workdir', '/', '--entrypoint', '/bin/sh', plan.image, '-c', FIRST_PROCESS],
  ];
}

interface Refusal {
  says: RegExp;
  hint: (options: ContainerOptions) => string;
}

const REFUSALS: readonly Refusal[] = [
  {
    says: /slirp4netns|pasta|newuidmap/i,
    hint: () =>
      'Containers without root need tools of their own (slirp4netns uidmap): install them, or run chaos as root.',
  },
  {
    says: /\/bin\/sh.*(no such file|not found)|executable file.*not found/i,
    hint: () => 'The image needs a shell (/bin/sh) and sleep, as from busybox; an image "from scratch" has none.',
  },
  { says: /exec format error/i, hint: () => 'The image is for another architecture: pull or build it for this one.' },
  { says: /unable to set memory limit/i, hint: () => 'Give each container more memory, 200MB or so.' },
  {
    says: /cgroup|memory limit|cpu.*(quota|controller)|NanoCPUs|cfs/i,
    hint: () => 'The engine cannot limit memory or cpus here: leave memory and cpus out, or run chaos as root.',
  },
  { says: /memory.*(minimum|less than|at least)/i, hint: () => 'Give each container more memory (at least 6 MB).' },
  { says: /range of cpus/i, hint: () => 'Name no more cpus than the machine has.' },
  { says: /no space left/i, hint: () => 'Make room where the engine keeps its storage.' },
  { says: /address.*(in use|allocated)/i, hint: () => 'Name another subnet.' },
];

/** `said`: what the engine said, by node. */
export function startProblem(engine: Engine, said: ReadonlyMap<string, string>, options: ContainerOptions): ChaosError {
  const reasons = new Map<string, string[]>();
  for (const [node, text] of said) {
    const reason = lastLine(text);
    reasons.set(reason, [...(reasons.get(reason) ?? []), node]);
  }
  const told = [...reasons].map(([reason, nodes]) => `${nodes.join(', ')}: ${reason}`);
  const text = [...said.values()].join('\n');
  const refusal = REFUSALS.find(({ says }) => says.test(text));
  return new ChaosError('container-not-started', `${engine.title} could not start containers: ${told.join('; ')}`, {
    hint: refusal?.hint(options) ?? `See whether any container starts: ${engine.kind} run --rm IMAGE true`,
  });
}

/** `ended`: name, false and exit code of each, as asked for by `inspect`. */
export function notRunning(engine: Engine, ended: readonly string[], options: ContainerOptions): ChaosError {
  const told = ended.map((line) => {
    const [name = '', , code] = line.split(' ');
    return `${name.replace(/^\//, '')} (exit code ${code})`;
  });
  const image = typeof options.image === 'string' ? ` of the image ${options.image}` : '';
  return new ChaosError('container-not-started', `containers of ${engine.title} ended at once: ${told.join(', ')}`, {
    hint: `See whether a shell and sleep${image} run: ${engine.kind} run --rm --entrypoint /bin/sh IMAGE -c "sleep 1".`,
  });
}
