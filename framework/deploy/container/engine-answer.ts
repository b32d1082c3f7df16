// What container engines say about themselves, read into one shape: their commands differ here, and hardly anywhere else.
import type { Said } from './engine-cli.js';

export type EngineKind = 'docker' | 'podman';

export interface EngineFacts {
  /** A program called docker may be Podman's. */
  kind: EngineKind;
  /** Of the engine, not of the client. */
  version: string;
  /** As Go calls it: `amd64`. */
  architecture: string;
  /**
   * The version of the API to ask for: the engine's, where the client is newer. A client that has to find out anew for each command
   * takes it for its own when a busy engine does not answer at once, and then asks for what the engine does not have.
   */
  api?: string;
  /** It makes hardware addresses from those of the network, so that they stay; newer ones draw them, unless they are given. */
  derivesCards?: true;
}

/** Since this version of Docker's API cards belong to networks; before it, they cannot be given by newer clients, nor need to be. */
const CARDS_OF_NETWORKS = '1.44';

/** Why an engine does not answer: one sentence, and the remedy. */
export interface EngineProblem {
  why: string;
  hint: string;
}

/** Asks an engine for its facts. Both ask the engine itself, not only the client. */
export const QUESTIONS: Readonly<Record<EngineKind, readonly string[]>> = {
  docker: ['version', '--format', 'json'],
  podman: ['info', '--format', 'json'],
};

interface DockerVersion {
  Client?: { ApiVersion?: string; DefaultAPIVersion?: string };
  Server?: { Version?: string; Arch?: string; ApiVersion?: string } | null;
}

interface PodmanInfo {
  host?: { arch?: string };
  version?: { Version?: string };
}

/** The facts in an answer; null: it has none. */
export function factsIn(kind: EngineKind, stdout: string): EngineFacts | null {
  const answer = parsed(stdout);
  if (answer === null) return null;
  if (kind === 'docker') {
    const { Client: client, Server: server } = answer as DockerVersion;
    if (server?.Version === undefined) return null;
    const own = client?.DefaultAPIVersion ?? client?.ApiVersion;
    const api = isOlder(server.ApiVersion, own) ? { api: server.ApiVersion } : {};
    const cards = isOlder(server.ApiVersion, CARDS_OF_NETWORKS) ? { derivesCards: true as const } : {};
    return { kind, version: server.Version, architecture: server.Arch ?? '', ...api, ...cards };
  }
  const { host, version } = answer as PodmanInfo;
  return version?.Version === undefined ? null : { kind, version: version.Version, architecture: host?.arch ?? '' };
}

/** Of two versions such as `1.41`, whether the first is older. */
function isOlder(version: string | undefined, other: string | undefined): version is string {
  if (version === undefined || other === undefined) return false;
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [version, other].map((text) =>
    text.split('.').map(Number),
  ) as [number[], number[]];
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/** The version of the API to ask for, where a client is too new for its engine. */
export function olderApi(stderr: string): string | null {
  return /Maximum supported API version is (\d+\.\d+)/.exec(stderr)?.[1] ?? null;
}

interface Trouble {
  says: RegExp;
  why: (socket: string) => string;
  hint: string;
}

/** The first that fits is told. */
const TROUBLES: Readonly<Record<EngineKind, readonly Trouble[]>> = {
  docker: [
    {
      says: /permission denied/i,
      why: (socket) => `docker may not use the socket of its engine (${socket})`,
      hint: 'Run chaos as root, or add your user to the group docker (usermod -aG docker USER) and log in again.',
    },
    {
      says: /cannot connect|is the docker daemon running|error during connect|connection refused|no such file/i,
      why: (socket) => `docker is a client without an engine: nothing answers at ${socket}`,
      hint: 'Start the engine (systemctl start docker), or name the right socket in DOCKER_HOST.',
    },
  ],
  podman: [
    {
      says: /cannot connect|unable to connect|connection refused/i,
      why: (socket) => `podman is a client without an engine: nothing answers at ${socket}`,
      hint: 'Start it (podman machine start), or name the right socket in CONTAINER_HOST.',
    },
    {
      says: /newuidmap|newgidmap|subuid/i,
      why: () => 'podman cannot map users for containers without root',
      hint: 'Install uidmap and give your user ranges in /etc/subuid and /etc/subgid, or run chaos as root.',
    },
  ],
};

const SOCKETS: Readonly<Record<EngineKind, { variable: string; usual: string }>> = {
  docker: { variable: 'DOCKER_HOST', usual: 'unix:///var/run/docker.sock' },
  podman: { variable: 'CONTAINER_HOST', usual: 'unix:///run/podman/podman.sock' },
};

/** Why there are no facts in an answer. */
export function problemOf(kind: EngineKind, { missing, stderr }: Said): EngineProblem {
  if (missing) return { why: `${kind} is not installed`, hint: `Install it: apt-get install ${PACKAGES[kind]}` };
  const trouble = TROUBLES[kind].find(({ says }) => says.test(stderr));
  if (trouble !== undefined) return { why: trouble.why(socketOf(kind, stderr)), hint: trouble.hint };
  const line = stderr.split('\n', 1)[0]!.slice(0, 300);
  return { why: `${kind} does not answer: ${line || 'it says nothing'}`, hint: `See what "${kind} info" says.` };
}

const PACKAGES: Readonly<Record<EngineKind, string>> = { docker: 'docker.io', podman: 'podman runc' };

/** What it tried to reach, without a password that may stand in it. */
function socketOf(kind: EngineKind, stderr: string): string {
  const said = /((?:unix|tcp|http|https|ssh|npipe):\/\/[^\s"']*[^\s"':.,])/.exec(stderr)?.[1];
  const { variable, usual } = SOCKETS[kind];
  return (said ?? process.env[variable] ?? usual).replace(/\/\/[^/@]*@/, '//');
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
