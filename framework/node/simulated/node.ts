// A simulated node: one incarnation after another of a protocol, on a simulated disk, in virtual time.
import type { ClockFault, DiskFault, NodeEvent } from '../../contracts/cluster.js';
import { messageOf } from '../../contracts/error.js';
import type { Message } from '../../contracts/message.js';
import type { Environment, NodeReport, Protocol } from '../../contracts/protocol.js';
import type { Random } from '../../contracts/random.js';
import { type Milliseconds, type Nanoseconds, toNs } from '../../contracts/time.js';
import { EffectGate } from '../effect-gate.js';
import { NodeEnvironment } from '../environment.js';
import { NodeClock } from '../node-clock.js';
import { Timers } from '../timers.js';
import { SimulatedDisk } from './disk.js';

/** What a simulated node needs of its world. */
export interface Surroundings {
  now(): Nanoseconds;
  schedule(instant: Nanoseconds, task: () => void): void;
  transmit(message: Message): void;
  event(event: NodeEvent): void;
  print(node: string, line: string): void;
}

export interface SimulatedNodeOptions {
  id: string;
  nodes: readonly string[];
  random: Random;
  make: (env: Environment) => Protocol;
  /** Draws how long a sync takes. */
  syncTime: () => Milliseconds;
  /** Effects leave before the sync, which never comes (planted bug). */
  volatile: boolean;
  /** What the node's wall clock shows at instant 0. */
  epoch: Nanoseconds;
}

interface Incarnation {
  protocol: Protocol;
  timers: Timers;
  gate: EffectGate;
  syncing: boolean;
}

export class SimulatedNode {
  readonly id: string;
  readonly clock: NodeClock;
  readonly #around: Surroundings;
  readonly #options: SimulatedNodeOptions;
  readonly #disk = new SimulatedDisk();
  #life: Incarnation | null = null;
  #lives = 0;
  #paused = false;
  /** What happened to a frozen process: handled when it wakes. */
  #held: (() => void)[] = [];
  #slow: Milliseconds = 0;
  #unwritable: 'full' | 'read-only' | null = null;
  lastReport: NodeReport | null = null;

  constructor(around: Surroundings, options: SimulatedNodeOptions) {
    this.id = options.id;
    this.#around = around;
    this.#options = options;
    this.clock = new NodeClock(() => around.now(), options.epoch);
  }

  get running(): boolean {
    return this.#life !== null;
  }

  /** Starts a new incarnation from the disk. A corrupt log stops it at once, as an exit. */
  start(): void {
    if (this.#life !== null) return;
    const ordinal = this.#lives++;
    const around = this.#around;
    const gate = new EffectGate((message) => around.transmit(message));
    const timers = new Timers(
      this.clock,
      (instant, task) => around.schedule(instant, task),
      (name) => this.#handle(life, () => life.protocol.timeout(name)),
    );
    const env = new NodeEnvironment({
      id: this.id,
      nodes: this.#options.nodes,
      random: this.#options.random.derive('life', ordinal),
      clock: this.clock,
      timers,
      gate,
      store: this.#disk,
      print: (line) => around.print(this.id, line),
      report: (state) => this.#report(state),
    });
    const life: Incarnation = { protocol: UNBORN, timers, gate, syncing: false };
    this.#life = life;
    around.event({ time: around.now(), node: this.id, kind: 'start' });
    if (this.#disk.takeTorn()) {
      around.event({
        time: around.now(),
        node: this.id,
        kind: 'note',
        detail: 'dropped a torn record at the end of the log',
      });
    }
    try {
      this.#disk.verify();
    } catch (error) {
      this.#stop(true, `corrupt log: ${messageOf(error)}`, []);
      return;
    }
    this.#handle(life, () => {
      life.protocol = this.#options.make(env);
      life.protocol.start();
    });
  }

  /** Kill -9: the incarnation is gone, with a part of what it had not synced. */
  kill(keep: 'prefix' | 'none' = 'prefix', tear = false): void {
    if (this.#life === null) return;
    const lost = this.#disk.crash(this.#options.random.derive('crash', this.#lives), keep, tear);
    this.#stop(true, `killed, ${lost.lost} unsynced writes lost`, []);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    const held = this.#held;
    this.#held = [];
    for (const task of held) task();
  }

  receive(message: Message): void {
    const life = this.#life;
    if (life === null) return;
    if (this.#paused) this.#held.push(() => this.#receive(life, message));
    else this.#receive(life, message);
  }

  setClock(faults: readonly ClockFault[]): void {
    this.clock.set(faults);
    this.#life?.timers.rearm();
  }

  setDisk(faults: readonly DiskFault[]): void {
    this.#slow = faults.reduce((sum, fault) => sum + (fault.kind === 'slow' ? (fault.delay ?? 0) : 0), 0);
    const has = (kind: DiskFault['kind']) => faults.some((fault) => fault.kind === kind);
    this.#unwritable = has('read-only') ? 'read-only' : has('full') ? 'full' : null;
  }

  /** Damages what is durable. The function returned takes it back. */
  damage(kind: 'bit-flip' | 'truncate', position: number): () => void {
    return kind === 'bit-flip' ? this.#disk.flipBit(position) : this.#disk.cut(position);
  }

  #receive(life: Incarnation, message: Message): void {
    if (life !== this.#life) return;
    // The common case of #handle, without a closure.
    try {
      life.protocol.receive(message);
    } catch (error) {
      this.#crash(life, error);
      return;
    }
    if (life.gate.dirty && !life.syncing) this.#sync(life);
  }

  /** Runs a handler of this incarnation: later if the process is frozen, never if it has died. */
  #handle(life: Incarnation, handler: () => void): void {
    if (life !== this.#life) return;
    if (this.#paused) {
      this.#held.push(() => this.#handle(life, handler));
      return;
    }
    try {
      handler();
    } catch (error) {
      this.#crash(life, error);
      return;
    }
    if (life === this.#life && life.gate.dirty && !life.syncing) this.#sync(life);
  }

  /** Group commit: one sync covers everything written until it begins; what is written meanwhile waits for the next. */
  #sync(life: Incarnation): void {
    if (this.#options.volatile) {
      life.gate.synced(life.gate.written);
      return;
    }
    if (this.#unwritable !== null) {
      this.#disk.crash(this.#options.random, 'none', false);
      this.#stop(true, `disk ${this.#unwritable}: the node stops rather than lose data`, []);
      return;
    }
    life.syncing = true;
    const covered = life.gate.written;
    const writes = this.#disk.unsynced;
    const instant = this.#around.now() + toNs(this.#options.syncTime() + this.#slow);
    this.#around.schedule(instant, () => this.#synced(life, covered, writes));
  }

  #synced(life: Incarnation, covered: number, writes: number): void {
    if (life !== this.#life) return;
    if (this.#paused) {
      this.#held.push(() => this.#synced(life, covered, writes));
      return;
    }
    this.#disk.sync(writes);
    life.syncing = false;
    life.gate.synced(covered);
    if (life.gate.dirty) this.#sync(life);
  }

  #report(state: NodeReport): void {
    this.lastReport = state;
    this.#around.event({ time: this.#around.now(), node: this.id, kind: 'report', state });
  }

  #crash(life: Incarnation, error: unknown): void {
    if (life !== this.#life) return;
    this.#disk.crash(this.#options.random.derive('crash', this.#lives), 'prefix', false);
    const lines = error instanceof Error && error.stack !== undefined ? error.stack.split('\n').slice(0, 6) : [];
    this.#stop(false, `the protocol threw: ${messageOf(error)}`, lines);
  }

  #stop(fault: boolean, detail: string, lines: string[]): void {
    this.#life?.timers.clear();
    this.#life = null;
    this.#held = [];
    this.lastReport = null;
    this.#around.event({ time: this.#around.now(), node: this.id, kind: 'exit', fault, detail, lines });
  }
}

const UNBORN: Protocol = { start: () => {}, receive: () => {}, timeout: () => {} };
