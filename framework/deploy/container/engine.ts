// Docker or Podman, found and asked whether it really answers; both take the same commands.
import { ChaosError } from '../../contracts/error.js';
import {
  type EngineFacts,
  type EngineKind,
  type EngineProblem,
  factsIn,
  olderApi,
  problemOf,
  QUESTIONS,
} from './engine-answer.js';
import { type CliOptions, runCli, type Said } from './engine-cli.js';
import { inForce, type Quirk, quirkIn } from './engine-quirks.js';

const PROBE_TIMEOUT = 20_000;

export type EngineChoice = 'auto' | EngineKind;

/** In the order in which they are looked for. */
export const ENGINES: readonly EngineKind[] = ['docker', 'podman'];

export class Engine {
  readonly kind: EngineKind;
  readonly version: string;
  /** As Go calls it: `amd64`. */
  readonly architecture: string;
  /** Containers keep their hardware address when they are started again, without being given one. */
  readonly derivesCards: boolean;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string>>;
  /** What is known by now of containers that did not start. */
  readonly #quirks: Quirk[];

  constructor(program: string, facts: EngineFacts, env: Readonly<Record<string, string>> = {}, quirks: Quirk[] = []) {
    this.kind = facts.kind;
    this.version = facts.version;
    this.architecture = facts.architecture;
    this.derivesCards = facts.derivesCards === true;
    this.#program = program;
    this.#env = env;
    this.#quirks = quirks;
  }

  /** How a person names it: `podman 4.3.1`. */
  get title(): string {
    return `${this.kind} ${this.version}`;
  }

  /** What stands before the arguments, for commands that somebody else runs. */
  get prefix(): readonly string[] {
    const variables = Object.entries(this.#env).map(([name, value]) => `${name}=${value}`);
    const general = inForce(this.#quirks).flatMap((quirk) => quirk.general ?? []);
    return [...(variables.length === 0 ? [] : ['env', ...variables]), this.#program, ...general];
  }

  /** Options that `run` needs on this machine. */
  get runOptions(): readonly string[] {
    return inForce(this.#quirks).flatMap((quirk) => quirk.run?.() ?? []);
  }

  /** Runs a command of the engine to its end, however that is. */
  try(args: readonly string[], options: CliOptions = {}): Promise<Said> {
    return runCli([...this.prefix, ...args], options);
  }

  /** Its output. Rejects with ChaosError('engine-failed') when it fails, which says what was to be done: `doing`. */
  async do(doing: string, args: readonly string[], options: CliOptions = {}): Promise<string> {
    const said = await this.try(args, options);
    if (said.code === 0) return said.stdout;
    throw new ChaosError('engine-failed', `${this.kind} could not ${doing}: ${lastLine(said.stderr)}`, {
      hint: `Try it by hand: ${[this.kind, ...args.slice(0, 2)].join(' ')} …`,
    });
  }

  /** Its output as lines, without empty ones. */
  async lines(doing: string, args: readonly string[]): Promise<string[]> {
    return (await this.do(doing, args)).split('\n').filter((line) => line !== '');
  }

  /** Its output as JSON. */
  async json<T>(doing: string, args: readonly string[]): Promise<T> {
    const text = await this.do(doing, args);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new ChaosError(
        'engine-failed',
        `${this.title} answered with something else than JSON when asked to ${doing}`,
        {
          hint: `Look at it: ${[this.kind, ...args].join(' ')}`,
          cause,
        },
      );
    }
  }

  /**
   * Learns from a container that did not start; what it does differently from now on, in words where somebody has to
   * know, or null: nothing new.
   */
  adapt(stderr: string): { note?: string } | null {
    const quirk = quirkIn(this.kind, stderr, this.#quirks);
    if (quirk === null) return null;
    this.#quirks.push(quirk);
    return quirk;
  }
}

/** What one run of this process has learnt of an engine, all later ones know. */
const learnt = new Map<string, Quirk[]>();

function quirksOf({ kind, version }: EngineFacts): Quirk[] {
  const key = `${kind} ${version}`;
  const quirks = learnt.get(key) ?? [];
  learnt.set(key, quirks);
  return quirks;
}

/** What became of looking for an engine. */
export type Probe = { engine: Engine } | { problem: EngineProblem };

/** Asks one engine whether it answers. */
export async function probeEngine(kind: EngineKind): Promise<Probe> {
  let said = await runCli([kind, ...QUESTIONS[kind]], { timeout: PROBE_TIMEOUT });
  const older = olderApi(said.stderr);
  if (older !== null) {
    said = await runCli([kind, ...QUESTIONS[kind]], { timeout: PROBE_TIMEOUT, env: { DOCKER_API_VERSION: older } });
  }
  let facts = factsIn(kind, said.stdout);
  // A `docker` that is Podman's own has no part of a server in its version.
  if (kind === 'docker' && said.code === 0 && facts === null) {
    facts = factsIn('podman', (await runCli([kind, ...QUESTIONS.podman], { timeout: PROBE_TIMEOUT })).stdout);
  }
  if (facts === null) return { problem: problemOf(kind, said) };
  const api = older ?? facts.api;
  const env = api === undefined ? {} : { DOCKER_API_VERSION: api };
  return { engine: new Engine(kind, facts, env, quirksOf(facts)) };
}

/** The first engine that answers. Rejects with ChaosError('engine-unreachable'), which says for each what it tried. */
export async function findEngine(choice: EngineChoice): Promise<Engine> {
  const kinds = choice === 'auto' ? ENGINES : [choice];
  const probes = await Promise.all(kinds.map(probeEngine));
  for (const probe of probes) if ('engine' in probe) return probe.engine;
  const problems = probes.flatMap((probe) => ('problem' in probe ? [probe.problem] : []));
  throw new ChaosError(
    'engine-unreachable',
    `no container engine answers: ${problems.map(({ why }) => why).join('; ')}`,
    {
      hint: `${problems.map(({ hint }) => hint).join(' ')}${INSTEAD}`,
    },
  );
}

const INSTEAD = ' Without one, deploy: lab makes hosts on a Linux machine, and deploy: local needs nothing.';

/** The part of what an engine says that tells why. */
export function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^See '|^Run '|^\s*level=/.test(line));
  return (lines.at(-1) ?? 'it says nothing').replace(/^Error:? ?/, '').slice(0, 500);
}
