// Runs a reference node in a process of its own: lines in, one sync for a batch, then lines out. How they travel is the
// business of whoever feeds it and of its outlet.
import type { Message } from '../../contracts/message.js';
import type { Environment, NodeReport, Protocol, Recovered } from '../../contracts/protocol.js';
import type { Random } from '../../contracts/random.js';
import type { Clock, Milliseconds } from '../../contracts/time.js';
import { toNs } from '../../contracts/time.js';
import { EffectGate } from '../effect-gate.js';
import { type LogStore, NodeEnvironment } from '../environment.js';
import { NodeClock } from '../node-clock.js';
import { Timers } from '../timers.js';
import { type Control, type Notice, PARENT } from './control.js';

/** Where the node keeps its log: a file, or nothing at all. */
export interface NodeStore extends LogStore {
  flush(): void;
  sync(): void;
  /** Called when everything has left that the last sync released: time for what would have held it up. */
  tidy(): void;
}

/** The way out: what a node says gathers during a turn of the event loop, and leaves together. */
export interface Outlet {
  /** Takes one line, with its newline, to a node, a client or a service. */
  send(dest: string, line: string): void;
  /** Takes one line, with its newline, to the parent. */
  notice(type: Notice['type'], line: string): void;
  /** What was taken leaves now. */
  leave(): void;
  /** What was taken and has not left is lost. */
  drop(): void;
}

/** What the runtime needs of its process. */
export interface Surroundings {
  clock: Clock;
  random: Random;
  store: NodeStore;
  /** Wall time now, in nanoseconds. */
  epoch: number;
  make: (env: Environment) => Protocol;
  /** Effects leave before the log is synced, which never happens (planted bug). */
  volatile: boolean;
  /** The parent takes notices and gives control. */
  parent: boolean;
  /** A parent that comes back may say `init` again: it is answered, and nothing starts twice. */
  again: boolean;
  /** Runs a task once everything that this turn of the event loop brought has been handled. */
  later(task: () => void): void;
  outlet: Outlet;
  /** Writes everything, waiting for the reader. */
  log(text: string): void;
  /** Time for the lines of the log, as text. */
  stamp(): string;
  /** Ends the process; does not return. */
  full(): never;
  readOnly(): never;
  threw(error: unknown): never;
  unusable(detail: string): never;
}

export class NodeRuntime {
  readonly #around: Surroundings;
  readonly #outlet: Outlet;
  readonly #gate = new EffectGate((message) => this.#transmit(message));
  readonly #clock: NodeClock;
  readonly #timers: Timers;
  #env: Environment | null = null;
  #protocol: Protocol | null = null;
  /** What it last reported of itself, by scope. */
  readonly #reports = new Map<string, NodeReport>();
  #id = '';
  /** Begins every line of this node. */
  #prefix = '';
  #log = '';
  #scheduled = false;
  #syncing = false;
  #slow: Milliseconds = 0;
  #full = false;
  #readOnly = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#outlet = around.outlet;
    this.#clock = new NodeClock(() => around.clock.now(), around.epoch);
    this.#timers = new Timers(
      this.#clock,
      (instant, task) => around.clock.at(instant, task),
      (name) => this.#handle(() => this.#protocol!.timeout(name)),
    );
  }

  /** True once `init` has come. */
  get started(): boolean {
    return this.#protocol !== null;
  }

  /** Complete lines, without the last newline: every one is handled now, their effects leave together. */
  lines(batch: Buffer): void {
    for (const line of batch.toString('utf8').split('\n')) this.#line(line);
    this.#wake();
  }

  /** As `lines`, from another node: whatever it says, `init` and control are none of its business. */
  fromPeer(batch: Buffer): void {
    const protocol = this.#protocol;
    if (protocol === null) return;
    for (const line of batch.toString('utf8').split('\n')) {
      const message = this.#parse(line);
      if (message === null || message.src === PARENT) continue;
      this.#receive(protocol, message);
    }
    this.#wake();
  }

  /** One line of the log. */
  print(line: string): void {
    this.#log += `${this.#around.stamp()} ${line}\n`;
    this.#wake();
  }

  /** Something the parent should know. */
  notice(notice: Notice): void {
    if (!this.#around.parent) return;
    this.#outlet.notice(
      notice.type,
      `{"src":${JSON.stringify(this.#id)},"dest":"${PARENT}","body":${JSON.stringify(notice)}}\n`,
    );
    this.#wake();
  }

  /** Tells a parent that was away what it may have missed. */
  repeatReports(): void {
    for (const state of this.#reports.values()) this.notice({ type: 'report', state });
  }

  /** Writes, syncs and releases what there is. Called once after all that one turn of the event loop brought. */
  flush(): void {
    this.#scheduled = false;
    if (this.#log !== '') {
      this.#around.log(this.#log);
      this.#log = '';
    }
    if (this.#gate.dirty && !this.#syncing) {
      // What waits for nothing does not wait for the disk.
      this.#outlet.leave();
      this.#sync();
    }
    this.#outlet.leave();
    if (!this.#gate.dirty) this.#around.store.tidy();
  }

  /** The node is about to end: only what it has to say still leaves. */
  abandon(): void {
    this.#around.log(this.#log);
    this.#log = '';
    this.#outlet.drop();
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#around.later(() => this.flush());
  }

  #handle(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.#around.threw(error);
    }
    this.#wake();
  }

  #parse(line: string): Message | null {
    try {
      return JSON.parse(line) as Message;
    } catch {
      this.print(`not JSON: ${line.slice(0, 200)}`);
      return null;
    }
  }

  #line(line: string): void {
    const message = this.#parse(line);
    if (message === null) return;
    const protocol = this.#protocol;
    if (message.src === PARENT && this.#around.parent) this.#control(message.body as unknown as Control);
    else if (message.body?.type === 'init') this.#init(message);
    else if (protocol !== null) this.#receive(protocol, message);
    else this.print(`before init: ${line.slice(0, 200)}`);
  }

  #receive(protocol: Protocol, message: Message): void {
    try {
      protocol.receive(message);
    } catch (error) {
      this.#around.threw(error);
    }
  }

  #init(message: Message): void {
    if (this.#protocol !== null) {
      if (this.#around.again) this.#env?.reply(message, { type: 'init_ok' });
      return;
    }
    const { node_id: id, node_ids: nodes } = message.body;
    if (typeof id !== 'string' || !Array.isArray(nodes)) {
      this.#around.unusable('init without node_id and node_ids');
    }
    this.#id = id;
    this.#prefix = `{"src":${JSON.stringify(id)},"dest":`;
    const env = new NodeEnvironment({
      id,
      nodes: nodes as string[],
      random: this.#around.random.derive(id),
      clock: this.#clock,
      timers: this.#timers,
      gate: this.#gate,
      store: this.#around.store,
      print: (line) => this.print(line),
      report: (state) => {
        this.#reports.set(String(state['scope'] ?? ''), state);
        this.notice({ type: 'report', state });
      },
    });
    this.#env = env;
    this.#handle(() => {
      this.#protocol = this.#around.make(env);
      this.#protocol.start();
      env.reply(message, { type: 'init_ok' });
    });
  }

  #control(control: Control): void {
    if (control.type === 'clock') {
      this.#clock.set(control.faults);
      this.#timers.rearm();
    } else {
      this.#slow = control.slow;
      this.#full = control.full;
      this.#readOnly = control.readOnly === true;
    }
    this.notice({ type: 'done', in_reply_to: control.msg_id });
  }

  #transmit(message: Message): void {
    const { dest, body } = message;
    this.#outlet.send(dest, `${this.#prefix}${JSON.stringify(dest)},"body":${JSON.stringify(body)}}\n`);
  }

  #sync(): void {
    const { store, volatile } = this.#around;
    if (this.#readOnly) this.#around.readOnly();
    if (this.#full) this.#around.full();
    const covered = this.#gate.written;
    store.flush();
    if (volatile) this.#gate.synced(covered);
    else if (this.#slow === 0) {
      store.sync();
      this.#gate.synced(covered);
    } else {
      // A slow disk holds back what waits for it, not the node: the rest goes on meanwhile.
      this.#syncing = true;
      const { clock } = this.#around;
      clock.at(clock.now() + toNs(this.#slow), () => {
        store.sync();
        this.#syncing = false;
        this.#gate.synced(covered);
        this.#wake();
      });
    }
  }
}

/** For a node without a data folder: it forgets everything when it ends. */
export class NoStore implements NodeStore {
  append(): void {}
  replace(): void {}
  recover(): Recovered {
    return { snapshot: null, records: [] };
  }
  flush(): void {}
  sync(): void {}
  tidy(): void {}
}
