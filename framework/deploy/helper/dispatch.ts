// Brings each request to the module that answers it, and each answer back, exactly once.
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Handlers, HelperModule } from './modules.js';
import type { Answer, ReplyLine, RequestName } from './protocol.js';
import { checkShape, isRequest, malformed } from './shapes.js';
import { atMost, Turnstile } from './turnstile.js';

/** How long faults that were asked for may still take before everything is taken back. */
const LAST_TURNS: Milliseconds = 10_000;

/** How long one module may take for it. */
const LONGEST_RESTORE: Milliseconds = 15_000;

/** These take their turn, but nobody waits for their end: a kill must not wait for a check that hangs. */
const LONG: ReadonlySet<RequestName> = new Set(['step', 'probe', 'probed']);

type Handler = (ask: unknown) => Promise<Answer<RequestName>>;

interface Route {
  module: HelperModule;
  gate: Turnstile;
  handler: Handler;
}

export class Dispatch {
  readonly #routes = new Map<string, Route>();
  readonly #gates: [HelperModule, Turnstile][] = [];
  /** By lane, the request that came last. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #core: Partial<Record<RequestName, Handler>>;
  /** Goes up when what waits for its turn shall not have it any more. */
  #epoch = 0;

  readonly #unready: () => string | null;

  /** `core`: answers of the helper itself, which wait for nothing. `unready`: why no others are given; null: they are. */
  constructor(modules: readonly HelperModule[], core: Handlers, unready: () => string | null) {
    this.#core = core as Partial<Record<RequestName, Handler>>;
    this.#unready = unready;
    for (const module of modules) {
      const gate = new Turnstile();
      this.#gates.push([module, gate]);
      for (const [name, handler] of Object.entries(module.handle)) {
        this.#routes.set(name, { module, gate, handler: handler as Handler });
      }
    }
  }

  /** The reply to a line, whatever is in it. Never rejects. */
  async reply(line: string | null): Promise<ReplyLine> {
    let id = 0;
    try {
      if (line === null) throw malformed('a line is too long');
      const ask = parse(line);
      id = Number.isSafeInteger(ask['id']) ? (ask['id'] as number) : 0;
      return { id, answer: await this.#answer(ask) };
    } catch (error) {
      return { id, error: plainError(error) };
    }
  }

  /** Like `restore`, after everything that waits for its turn has had it. */
  async heal(): Promise<void> {
    await atMost(Promise.all(this.#lanes.values()), LAST_TURNS);
    await this.#restore();
  }

  /**
   * Every module takes back its faults, none beside its own requests; requests that have not begun are refused. Rejects with one error
   * when something is still in force.
   */
  restore(): Promise<void> {
    this.#epoch++;
    return this.#restore();
  }

  async #restore(): Promise<void> {
    const restored = this.#gates.map(([module, gate]) => gate.alone(() => inTime(module)));
    const results = await Promise.allSettled(restored);
    const failed = results.filter((result) => result.status === 'rejected');
    if (failed.length === 0) return;
    throw new ChaosError('not-healed', failed.map(({ reason }) => messageOf(reason)).join('; '), {
      hint: 'What is still in force is listed in the state file in the folder of the helper.',
    });
  }

  async #answer(ask: Record<string, unknown>): Promise<Answer<RequestName>> {
    const name = ask['do'];
    if (!isRequest(name)) throw malformed(`there is no request ${String(JSON.stringify(name)).slice(0, 100)}`);
    checkShape(name, ask);
    const core = this.#core[name];
    if (core !== undefined) return core(ask);
    const unready = this.#unready();
    if (unready !== null) throw new ChaosError('helper-not-ready', unready, { kind: 'internal' });
    const route = this.#routes.get(name);
    if (route === undefined) {
      throw new ChaosError('not-supported', `this helper cannot do ${name}`, { kind: 'internal' });
    }
    return this.#inLane(name, ask, route);
  }

  #inLane(name: RequestName, ask: Record<string, unknown>, { module, gate, handler }: Route) {
    const lane = typeof ask['node'] === 'string' ? `node ${ask['node']}` : `module ${module.name}`;
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    const long = LONG.has(name);
    const epoch = this.#epoch;
    const begin = () => {
      if (epoch === this.#epoch) return handler(ask);
      throw new ChaosError('host-healed', `every fault was taken back before ${name} had its turn`);
    };
    const answer = before.then(() => (long ? begin() : gate.beside(async () => begin())));
    const done = long ? before : answer.then(noop, noop);
    this.#lanes.set(lane, done);
    void done.then(() => {
      if (this.#lanes.get(lane) === done) this.#lanes.delete(lane);
    });
    return answer;
  }
}

/** One module that hangs must not keep what the others have in force. */
async function inTime(module: HelperModule): Promise<void> {
  let over = false;
  const restored = module.restore().finally(() => {
    over = true;
  });
  await atMost(restored, LONGEST_RESTORE);
  if (!over) throw new ChaosError('not-healed', `${module.name}: not healed within ${LONGEST_RESTORE / 1000} s`);
  return restored;
}

function noop(): void {}

function parse(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw malformed('a line is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('a line is no JSON object');
  return value as Record<string, unknown>;
}

function plainError(error: unknown): { code: string; message: string; hint?: string } {
  if (!(error instanceof ChaosError)) return { code: 'helper-failed', message: messageOf(error) };
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
}
