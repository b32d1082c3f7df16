// The program beside us that speaks the Maelstrom protocol for one node: started again when it crashes, a bounded number of times.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import type { NodeEvent } from '../../contracts/cluster.js';
import { ChaosError } from '../../contracts/error.js';
import type { Body, Message } from '../../contracts/message.js';
import type { Program } from '../../contracts/system.js';
import { type Alarm, type Clock, type Milliseconds, NS_PER_MS, toNs } from '../../contracts/time.js';
import type { Clients } from '../clients.js';
import { lastLines } from '../local/log-tail.js';
import { parseMessage, SHOWN } from '../local/message-line.js';
import { NodeProcess } from '../local/node-process.js';
import { checkProgram, startFailure } from '../local/program.js';
import { INIT_CLIENT } from '../local/router.js';
import type { Watchdog } from '../local/watchdog.js';
import { NO_SECRETS, type Secrets } from './secrets.js';

/** What `System.bridge` gives. */
export type BridgeProgram = Program & { env?: Readonly<Record<string, string>> };

export interface BridgeOptions {
  node: string;
  nodes: readonly string[];
  program: BridgeProgram;
  clients: Clients;
  watchdog: Watchdog;
  /** Takes `client.log`, what the program writes to stderr. */
  folder: string;
  event: (event: NodeEvent) => void;
  clock: Clock;
  /** It has our environment, and may print any of it. */
  secrets?: Secrets;
}

/** Maelstrom's limit for the answer to `init`. */
const INIT_TIMEOUT: Milliseconds = 10_000;

/** Crashes in a row after which it stays down; one that has lived long enough begins a new row. */
const MOST_CRASHES = 10;
const LONG_LIFE: Milliseconds = 30_000;
const FIRST_PAUSE: Milliseconds = 10;
const LONGEST_PAUSE: Milliseconds = 2000;

/** Malformed lines that are recorded. */
const MOST_COMPLAINTS = 20;

const NEWLINE = 10;

/** How plans name it. */
export const asClient = (program: string, argument: string) => `client: [${program}, ${argument}]`;

export class Bridge {
  readonly #options: BridgeOptions;
  readonly #logFile: string;
  readonly #secrets: Secrets;
  #log: number | null = null;
  #process: NodeProcess | null = null;
  #previous: NodeProcess | null = null;
  /** Told once whether the present incarnation has answered `init`; null: nobody asks (any more). */
  #initialized: ((problem: ChaosError | null) => void) | null = null;
  #born = 0;
  #crashes = 0;
  #again: Alarm | null = null;
  #complaints = 0;
  #congested = false;
  #nextId = 1;
  #stopped = false;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#logFile = `${options.folder}/client.log`;
    this.#secrets = options.secrets ?? NO_SECRETS;
  }

  /** Throws ChaosError('program-not-startable') when there is no such program. */
  check(): void {
    checkProgram(this.#options.program, asClient);
  }

  /**
   * Resolves when the program has answered `init`. Rejects with ChaosError('program-not-startable') when it cannot be started, and
   * with 'client-not-started' when it ends before, answers with an error, or does not answer in time.
   */
  async start(): Promise<void> {
    const { node, clock, folder } = this.#options;
    this.check();
    mkdirSync(folder, { recursive: true });
    this.#log ??= openSync(this.#logFile, 'a');
    let alarm: Alarm | undefined;
    const problem = await new Promise<ChaosError | null>((resolve) => {
      this.#initialized = resolve;
      alarm = clock.at(clock.now() + toNs(INIT_TIMEOUT), () =>
        resolve(this.#notStarted(`sent no init_ok within ${INIT_TIMEOUT / 1000} s`)),
      );
      this.#spawn();
    });
    alarm?.cancel();
    this.#initialized = null;
    if (problem !== null && !this.#stopped) throw problem;
    if (this.#stopped) throw new ChaosError('run-over', `the client of ${node} was stopped`);
  }

  /** Hands over a request of a client, with the id that its answer has to name. While the program is down it is lost. */
  request(src: string, body: Body): void {
    const current = this.#process;
    if (current === null || !current.running) return;
    if (current.flooded) {
      if (!this.#congested) this.#note('reads too slowly: requests to it are dropped');
      this.#congested = true;
      return;
    }
    this.#send(current, src, body);
  }

  /** Ends it for good. Nothing of its group is left when this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#again?.cancel();
    const last = this.#process ?? this.#previous;
    last?.signal('SIGKILL');
    await last?.exited;
    await last?.vanished();
    if (this.#log !== null) closeSync(this.#log);
    this.#log = null;
    this.#secrets.hideIn(this.#logFile);
  }

  #spawn(): void {
    const { node, nodes, program, watchdog, clock } = this.#options;
    const born: NodeProcess = new NodeProcess({
      ...program,
      log: this.#log!,
      lines: (batch) => this.#lines(batch),
      overlong: (start) => this.#malformed('a line on stdout does not end', start.toString('utf8', 0, 200)),
      exit: (code, signal, error) => this.#exited(born, code, signal, error),
    });
    this.#process = born;
    this.#born = clock.now();
    this.#congested = false;
    if (born.pid !== null) watchdog.add(born.pid);
    this.#send(born, INIT_CLIENT, { type: 'init', msg_id: 1, node_id: node, node_ids: [...nodes] });
  }

  #send(to: NodeProcess, src: string, body: Body): void {
    const id = this.#nextId++;
    to.outbox.text(`${JSON.stringify({ id, src, dest: this.#options.node, body })}\n`);
    if (to.queued) return;
    to.queued = true;
    setImmediate(() => to.flush());
  }

  #lines(batch: Buffer): void {
    if (this.#stopped) return;
    let start = 0;
    while (start <= batch.length) {
      let end = batch.indexOf(NEWLINE, start);
      if (end < 0) end = batch.length;
      this.#line(batch.toString('utf8', start, end));
      start = end + 1;
    }
  }

  #line(line: string): void {
    const { node } = this.#options;
    const message = parseMessage(line);
    if (typeof message === 'string') this.#malformed(message, line);
    else if (message.src !== node) this.#malformed(`src is ${message.src}; it should be ${node}`, line);
    else if (message.dest === INIT_CLIENT) this.#initReply(message.body);
    else this.#deliver(message);
  }

  #deliver({ dest, body }: Message): void {
    const outcome = this.#options.clients.deliver(dest, body);
    if (outcome === 'late') this.#event(`late ${body.type} to ${dest}`);
    else if (outcome === 'unknown') this.#event(`message to unknown ${dest}`);
  }

  #initReply(body: Body): void {
    const error = body.type === 'init_ok' ? null : `answered init with ${JSON.stringify(body).slice(0, 200)}`;
    const initialized = this.#initialized;
    this.#initialized = null;
    if (initialized !== null) initialized(error === null ? null : this.#notStarted(error));
    else if (error !== null) this.#note(error);
  }

  #exited(ended: NodeProcess, code: number | null, signal: string | null, error: Error | null): void {
    const { watchdog, program } = this.#options;
    // Whatever the program has left of its group goes with it.
    ended.signal('SIGKILL');
    if (ended.pid !== null) watchdog.remove(ended.pid);
    ended.dispose();
    this.#process = null;
    this.#previous = ended;
    const how = code === null ? `ended by ${signal ?? 'an unknown cause'}` : `exited with code ${code}`;
    const initialized = this.#initialized;
    this.#initialized = null;
    if (initialized !== null)
      initialized(error === null ? this.#notStarted(how) : startFailure(program.command, error));
    else if (!this.#stopped) this.#crashed(error === null ? how : `could not be started again: ${error.message}`);
  }

  #crashed(how: string): void {
    const { clock } = this.#options;
    const lived = (clock.now() - this.#born) / NS_PER_MS;
    this.#crashes = lived >= LONG_LIFE ? 1 : this.#crashes + 1;
    const last = lastLines(this.#logFile).findLast((line) => line.trim() !== '');
    const words = last === undefined ? '' : `; its last line: ${this.#secrets.hide(last.trim())}`;
    if (this.#crashes >= MOST_CRASHES) {
      this.#note(`${how}, ${MOST_CRASHES} times in a row, and is not started again${words}`);
      return;
    }
    this.#note(`${how}, and is started again${words}`);
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#crashes, LONGEST_PAUSE);
    this.#again = clock.at(clock.now() + toNs(pause), () => {
      if (!this.#stopped) this.#spawn();
    });
  }

  #notStarted(what: string): ChaosError {
    const { node, program } = this.#options;
    const lines = lastLines(this.#logFile);
    const words =
      lines.length === 0
        ? 'it wrote nothing to stderr'
        : `its last lines:\n${lines.map((line) => `  ${this.#secrets.hide(line)}`).join('\n')}`;
    return new ChaosError('client-not-started', `the client of ${node} (${program.command}) ${what}; ${words}`, {
      hint: `It must answer init with init_ok within ${INIT_TIMEOUT / 1000} s; its stderr is in ${this.#logFile}`,
    });
  }

  #malformed(detail: string, line: string): void {
    if (this.#complaints++ >= MOST_COMPLAINTS) return;
    const { event, clock, node } = this.#options;
    const lines = [this.#secrets.hide(line.slice(0, SHOWN))];
    event({ time: clock.now(), node, kind: 'protocol-error', detail: `its client: ${detail}`, lines });
  }

  #note(what: string): void {
    this.#event(`its client ${what}`);
  }

  #event(detail: string): void {
    const { event, clock, node } = this.#options;
    event({ time: clock.now(), node, kind: 'note', detail });
  }
}
