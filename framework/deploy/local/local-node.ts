// One node of a local cluster through all its incarnations: what should be true of it, and the steps that make it so.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import type { NodeEvent } from '../../contracts/cluster.js';
import type { Body, Message } from '../../contracts/message.js';
import type { NodeReport } from '../../contracts/protocol.js';
import type { Random } from '../../contracts/random.js';
import type { Program } from '../../contracts/system.js';
import { type Clock, type Milliseconds, toNs } from '../../contracts/time.js';
import type { Control, Notice } from '../../node/process/control.js';
import { PARENT } from '../../node/process/control.js';
import { crash, type Keep, tear } from '../../node/process/damage.js';
import { couldNotWrite, meaningOf, NODE_EXIT } from '../../node/process/exit-codes.js';
import { type Happening, killed } from '../happening.js';
import { damageLog } from '../helper/damage.js';
import { LogDamage } from '../log-damage.js';
import type { Breakage, LastingDamage } from '../node-faults.js';
import { Turns } from '../turns.js';
import { controlFor, isUnwritable, NO_WISH, type Topic, type Wish } from '../wish.js';
import { lastLines } from './log-tail.js';
import { NodeProcess } from './node-process.js';
import { INIT_CLIENT, type Router, type Station } from './router.js';
import type { Watchdog } from './watchdog.js';

/** How long the parent waits for a sign that a fault is in force. */
const OBSERVE: Milliseconds = 5000;

/** Malformed lines and notes about dropped messages that are recorded of one node. */
const MOST_COMPLAINTS = 20;

export interface LocalNodeOptions {
  id: string;
  nodes: readonly string[];
  clock: Clock;
  random: Random;
  /** Folder of its log and data. */
  folder: string;
  /** Runs our own runtime. */
  own: boolean;
  /** The command line of an incarnation with this seed. */
  command: (seed: number) => Program;
  watchdog: Watchdog;
  router: () => Router;
  event: (event: NodeEvent) => void;
}

/** How an incarnation ended before it had answered `init`. */
export interface EarlyEnd {
  detail: string;
  error: Error | null;
}

export class LocalNode implements Station {
  readonly id: string;
  readonly own: boolean;
  readonly prefix: Buffer;
  readonly logFile: string;
  readonly #options: LocalNodeOptions;
  readonly #damage: LogDamage;
  process: NodeProcess | null = null;
  /** The incarnation that ended last. */
  #previous: NodeProcess | null = null;
  lastReport: NodeReport | null = null;
  #lives = 0;
  #frozen = false;
  /** Set while the parent itself is killing the process. */
  #killing: { keep: Keep } | null = null;
  #controls = 1;
  readonly #acknowledge = new Map<number, () => void>();
  #initialized: ((outcome: EarlyEnd | null) => void) | null = null;
  #complaints = 0;
  #congestion = 0;
  #log: number | null = null;
  /** It was told that its writes fail, and may not know otherwise yet. */
  #unwritable = false;
  readonly #turns = new Turns();

  constructor(options: LocalNodeOptions) {
    this.#options = options;
    this.id = options.id;
    this.own = options.own;
    this.prefix = Buffer.from(`{"src":${JSON.stringify(options.id)},"dest":"`);
    this.logFile = `${options.folder}/node.log`;
    this.#damage = new LogDamage(this.dataFolder, async (damage) => damageLog(damage));
  }

  refusal(fault: Breakage): string | null {
    return this.own ? null : `is a foreign program: it has no ${fault === 'clock' ? 'clock' : 'disk'} to break`;
  }

  get running(): boolean {
    return this.process !== null;
  }

  get dataFolder(): string {
    return `${this.#options.folder}/data`;
  }

  /** Starts the first incarnation; the outcome of its `init` (null: answered) comes later. */
  begin(): Promise<EarlyEnd | null> {
    return new Promise((resolve) => {
      this.#initialized = resolve;
      this.#spawn(NO_WISH);
    });
  }

  /** Makes the node what the faults in force want it to be; resolves when it is so. `wish` is asked when its turn comes. */
  reconcile(wish: () => Wish): Promise<void> {
    return this.#turns.take(async () => {
      const wanted = wish();
      if (wanted.dead) await this.#kill('prefix');
      else if (this.process === null && !wanted.paused) await this.#restart(wanted);
      await this.#freeze(wanted.paused);
    });
  }

  /** Tells the node its clock or disk faults; resolves when it has acted on them, at once when it cannot (dead, frozen). */
  tell(topic: Topic, wish: () => Wish): Promise<void> {
    return this.#turns.take(async () => {
      const current = this.process;
      if (current === null) return;
      const wanted = wish();
      // Until it has said that it knows better, it may stop because it cannot write.
      if (isUnwritable(wanted)) this.#unwritable = true;
      const control = controlFor(topic, wanted, this.#controls++);
      const done = new Promise<void>((resolve) => this.#acknowledge.set(control.msg_id, resolve));
      this.#send(current, control);
      if (!this.#frozen) await this.#atMost(Promise.race([done, current.exited]));
      if (this.process === current && !this.#acknowledge.delete(control.msg_id))
        this.#unwritable = isUnwritable(wanted);
    });
  }

  /** Kills the node and damages its log as a crash would. */
  crash(keep: Keep, torn: boolean): Promise<void> {
    return this.#turns.take(async () => {
      await this.#kill(keep);
      if (torn) tear(this.dataFolder, this.#options.random.derive('tear', this.#lives));
    });
  }

  /** Kills the node and damages its log. The function returned takes that back, in its turn. */
  async damage(kind: LastingDamage, position: number): Promise<() => Promise<void>> {
    let back: (() => Promise<void>) | null = null;
    await this.#turns.take(async () => {
      await this.#kill('prefix');
      back = await this.#damage.inflict(kind, position);
    });
    return () => this.#turns.take(async () => back?.());
  }

  /** Ends the node for good. Nothing of its group is left when this resolves. */
  async stop(): Promise<void> {
    this.#turns.end();
    this.process?.signal('SIGKILL');
    await this.#turns.idle();
    const last = this.process;
    last?.signal('SIGKILL');
    await last?.exited;
    await this.#previous?.vanished();
    if (this.#log !== null) closeSync(this.#log);
    this.#log = null;
  }

  toParent(message: Message): void {
    if (message.dest === INIT_CLIENT) {
      this.#initReply(message.body);
      return;
    }
    const notice = message.body as unknown as Notice;
    if (notice.type === 'done') this.#acknowledged(notice.in_reply_to);
    else if (notice.type === 'note') this.note(notice.detail);
    else if (notice.type === 'report' && this.process !== null) {
      this.lastReport = notice.state;
      this.#event({ kind: 'report', state: notice.state });
    }
  }

  malformed(detail: string, line: string): void {
    if (this.#complaints++ < MOST_COMPLAINTS) this.#event({ kind: 'protocol-error', detail, lines: [line] });
  }

  note(detail: string): void {
    this.#event({ kind: 'note', detail });
  }

  congested(): void {
    const reported = this.#congestion++;
    if (reported === 0) this.note('reads too slowly: messages to it are dropped');
  }

  #initReply(body: Body): void {
    const initialized = this.#initialized;
    this.#initialized = null;
    const error = body.type === 'init_ok' ? null : `answered init with ${JSON.stringify(body).slice(0, 200)}`;
    if (initialized !== null) initialized(error === null ? null : { detail: error, error: null });
    else if (error !== null) this.note(error);
  }

  #acknowledged(control: number): void {
    const acknowledge = this.#acknowledge.get(control);
    this.#acknowledge.delete(control);
    acknowledge?.();
  }

  async #restart(wish: Wish): Promise<void> {
    if (this.#turns.isOver) return;
    const born = this.#spawn(wish);
    await born.spawned;
    // With a damaged log the fault is in force when the node has refused to serve it.
    if (this.#damage.isThere) await this.#atMost(born.exited);
  }

  #spawn(wish: Wish): NodeProcess {
    const { folder, watchdog, random, router } = this.#options;
    const ordinal = this.#lives++;
    mkdirSync(folder, { recursive: true });
    this.#log ??= openSync(this.logFile, 'a');
    this.#frozen = false;
    const born: NodeProcess = new NodeProcess({
      ...this.#options.command(random.derive('life', ordinal).int(2 ** 32)),
      log: this.#log,
      lines: (batch) => router().lines(this, batch),
      overlong: (start) => this.malformed('a line on stdout does not end', start.toString('utf8', 0, 200)),
      exit: (code, signal, error) => this.#exited(born, code, signal, error),
    });
    this.process = born;
    if (born.pid !== null) watchdog.add(born.pid);
    this.#unwritable = isUnwritable(wish);
    if (wish.clock.length > 0) this.#send(born, controlFor('clock', wish, this.#controls++));
    if (wish.disk.length > 0) this.#send(born, controlFor('disk', wish, this.#controls++));
    router().send(INIT_CLIENT, this, {
      type: 'init',
      msg_id: 1,
      node_id: this.id,
      node_ids: [...this.#options.nodes],
    });
    // Whoever hears of it may send something: behind `init`, that is.
    this.#event({ kind: 'start' });
    return born;
  }

  async #kill(keep: Keep): Promise<void> {
    const current = this.process;
    if (current === null) {
      if (keep === 'none' && this.own) crash(this.dataFolder, this.#options.random, 'none');
      return;
    }
    this.#killing = { keep };
    current.signal('SIGKILL');
    await current.exited;
    this.#killing = null;
  }

  async #freeze(wanted: boolean): Promise<void> {
    const current = this.process;
    if (current === null || this.#frozen === wanted) return;
    this.#frozen = wanted;
    current.signal(wanted ? 'SIGSTOP' : 'SIGCONT');
    const { clock } = this.#options;
    const deadline = clock.now() + toNs(OBSERVE);
    while (current.running && current.frozen() === !wanted && clock.now() < deadline) await clock.sleep(1);
  }

  #exited(ended: NodeProcess, code: number | null, signal: string | null, error: Error | null): void {
    const { watchdog, random } = this.#options;
    // Whatever the process has left of its group goes with it.
    ended.signal('SIGKILL');
    if (ended.pid !== null) watchdog.remove(ended.pid);
    this.process = null;
    this.#previous = ended;
    this.lastReport = null;
    this.#congestion = 0;
    this.#acknowledge.clear();
    const initialized = this.#initialized;
    this.#initialized = null;
    if (this.#turns.isOver) {
      ended.dispose();
      initialized?.({ detail: 'was stopped', error: null });
      return;
    }
    const lost = this.own
      ? crash(this.dataFolder, random.derive('crash', this.#lives), this.#killing?.keep ?? 'prefix')
      : 0;
    const detail = this.#killing === null ? this.#describe(code, signal, error) : killed(lost);
    const fault = this.#killing !== null || this.#inflicted(code);
    this.#event({ kind: 'exit', fault, detail, lines: fault ? [] : lastLines(this.logFile) });
    initialized?.({ detail, error });
  }

  #describe(code: number | null, signal: string | null, error: Error | null): string {
    if (error !== null) return `could not be started: ${error.message}`;
    if (code === null) return `ended by ${signal ?? 'an unknown cause'}`;
    if (!this.own) return `exited with code ${code}`;
    const last = code === NODE_EXIT.corrupt ? lastLines(this.logFile).at(-1) : undefined;
    return last ?? meaningOf(code);
  }

  /** True when an injected disk fault explains the exit. */
  #inflicted(code: number | null): boolean {
    if (!this.own) return false;
    return (code === NODE_EXIT.corrupt && this.#damage.isThere) || (couldNotWrite(code) && this.#unwritable);
  }

  #send(to: NodeProcess, control: Control): void {
    const line = `{"src":"${PARENT}","dest":"${this.id}","body":${JSON.stringify(control)}}\n`;
    this.#options.router().text(to, line);
  }

  async #atMost(event: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    await new Promise<void>((resolve) => {
      const alarm = clock.at(clock.now() + toNs(OBSERVE), resolve);
      void event.then(() => {
        alarm.cancel();
        resolve();
      });
    });
  }

  #event(event: Happening): void {
    this.#options.event({ time: this.#options.clock.now(), node: this.id, ...event });
  }
}
