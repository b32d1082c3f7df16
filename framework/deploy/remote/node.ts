// One node on a host through all its incarnations: what should be true of it, and the steps that make it so.
import type { NodeEvent } from '../../contracts/cluster.js';
import { ChaosError } from '../../contracts/error.js';
import type { NodeReport } from '../../contracts/protocol.js';
import type { Random } from '../../contracts/random.js';
import { type Clock, type Milliseconds, toNs } from '../../contracts/time.js';
import type { Keep } from '../../node/process/damage.js';
import { type Happening, killed } from '../happening.js';
import type { HelperEvent } from '../helper/protocol.js';
import type { Breakage, FaultyNode, LastingDamage } from '../node-faults.js';
import { Turns } from '../turns.js';
import { NO_WISH, type Topic, type Wish } from '../wish.js';
import type { Life } from './life.js';
import type { Station } from './station.js';

/** How long the cluster waits for a sign that a fault is in force, or that a node has started again. */
const OBSERVE: Milliseconds = 5000;

export interface RemoteNodeOptions {
  id: string;
  clock: Clock;
  random: Random;
  station: Station;
  life: Life;
  event: (event: NodeEvent) => void;
  /** Turns its host off and on; what is in force on the host's links is declared again by whoever does it. */
  power: { off(): Promise<void>; on(): Promise<void> };
}

type ExitEvent = HelperEvent & { event: 'exit' };

export class RemoteNode implements FaultyNode {
  readonly id: string;
  readonly station: Station;
  readonly life: Life;
  readonly #options: RemoteNodeOptions;
  lastReport: NodeReport | null = null;
  #running = false;
  #pid: number | null = null;
  #lives = 0;
  #frozen = false;
  #off = false;
  /** It has ended, and its files do not show yet what that cost. */
  #crashed = false;
  /** Set while we ourselves are killing it. */
  #killing = false;
  /** What the faults in force want of it, as far as it has been told. */
  #wish: Wish = NO_WISH;
  readonly #turns = new Turns();
  #exited: (() => void)[] = [];

  constructor(options: RemoteNodeOptions) {
    this.#options = options;
    this.id = options.id;
    this.station = options.station;
    this.life = options.life;
  }

  refusal(fault: Breakage): string | null {
    return this.life.refusal(fault);
  }

  get running(): boolean {
    return this.#running;
  }

  /** The faults that a node must know of as soon as it can be spoken to. */
  get wish(): Wish {
    return this.#wish;
  }

  /** Starts the first incarnation; resolves when it is ready. */
  async begin(): Promise<void> {
    await this.#turns.take(() => this.#spawn(NO_WISH));
    if (!this.#turns.isOver) await this.life.ready();
  }

  reconcile(wish: () => Wish): Promise<void> {
    return this.#turns.take(async () => {
      const wanted = wish();
      this.#wish = wanted;
      if (wanted.off) return this.#turnOff();
      if (this.#off) await this.#turnOn();
      await this.#settle(wanted);
    });
  }

  tell(topic: Topic, wish: () => Wish): Promise<void> {
    return this.#turns.take(async () => {
      this.#wish = wish();
      if (this.life.isBrokenFromOutside) return this.#break(topic, this.#wish);
      if (!this.#running) return;
      await this.#atMost(Promise.race([this.life.tell(topic, this.#wish, this.#frozen), this.#exit()]));
    });
  }

  crash(keep: Keep, torn: boolean): Promise<void> {
    return this.#turns.take(async () => {
      await this.#kill(keep);
      if (torn) await this.life.tear(this.#options.random.derive('tear', this.#lives));
    });
  }

  async damage(kind: LastingDamage, position: number): Promise<() => Promise<void>> {
    let back: (() => Promise<void>) | null = null;
    await this.#turns.take(async () => {
      await this.life.assertDamageable();
      await this.#kill('prefix');
      back = await this.life.damage(kind, position, this.#options.random.derive('damage', this.#lives));
    });
    return () => this.#turns.take(async () => back?.());
  }

  /** Its host is on again, or its helper was reached again. */
  async back(): Promise<void> {
    await this.life.back(this.#wish);
  }

  /** Ends the node for good. */
  async stop(): Promise<void> {
    this.#turns.end();
    await this.#turns.idle();
    if (!this.station.isUp) return;
    if (this.#frozen) await this.station.request('freeze', { node: this.id, frozen: false });
    if (this.#running) await this.life.stop();
    await this.station.request('signal', { node: this.id, signal: 'SIGKILL' });
  }

  /** From the helper: the main process has ended. */
  onExit(end: ExitEvent): void {
    if (!this.#running || end.pid !== this.#pid) return;
    if (!this.#killing && !this.#turns.isOver) {
      this.#crashed = true;
      const { secrets } = this.life;
      const { detail, fault } = this.life.ended(end);
      this.#event({ kind: 'exit', fault, detail, lines: fault ? [] : end.lines.map((line) => secrets.hide(line)) });
    }
    this.#gone();
  }

  onReport(state: NodeReport): void {
    if (!this.#running) return;
    this.lastReport = state;
    this.#event({ kind: 'report', state });
  }

  /** It takes requests from now on, whoever hears of it. */
  onReady(): void {
    this.#event({ kind: 'start' });
  }

  note(detail: string): void {
    this.#event({ kind: 'note', detail });
  }

  malformed(detail: string, line: string): void {
    this.#event({ kind: 'protocol-error', detail, lines: [line] });
  }

  async #settle(wish: Wish): Promise<void> {
    if (wish.dead) await this.#kill('prefix');
    else if (!this.#running && !wish.paused) await this.#restart(wish);
    await this.#freeze(wish.paused);
  }

  /** Whoever has a file open keeps its disk from becoming read-only: it is killed then, and finds that when it starts again. */
  async #break(topic: Topic, wish: Wish): Promise<void> {
    if (this.#off) return;
    try {
      await this.life.tell(topic, wish, this.#frozen);
    } catch (error) {
      if (!this.#running || !(error instanceof ChaosError) || error.code !== 'folder-busy') throw error;
      await this.#kill('prefix');
      await this.life.tell(topic, wish, false).finally(() => this.#settle(wish));
    }
  }

  async #spawn(wish: Wish): Promise<void> {
    if (this.#turns.isOver) return;
    if (this.#crashed) await this.#tidyUp('prefix');
    const ordinal = this.#lives++;
    this.#frozen = false;
    this.#running = true;
    try {
      this.#pid = await this.life.start(wish, this.#options.random.derive('life', ordinal));
    } catch (error) {
      this.#gone();
      throw error;
    }
  }

  async #restart(wish: Wish): Promise<void> {
    await this.#spawn(wish);
    const settled = this.life.refuses ? this.#exit() : Promise.race([this.life.ready(), this.#exit()]);
    // A node that is slow to come up is the history's business, not the fault's.
    await this.#atMost(settled.catch(() => {}));
  }

  async #kill(keep: Keep): Promise<void> {
    if (!this.#running) {
      if (keep === 'none' || this.#crashed) await this.#tidyUp(keep);
      return;
    }
    this.#killing = true;
    try {
      await this.station.request('signal', { node: this.id, signal: 'SIGKILL' });
      this.#gone();
    } finally {
      this.#killing = false;
    }
    const lost = await this.#tidyUp(keep);
    this.#event({ kind: 'exit', fault: true, detail: killed(lost), lines: [] });
  }

  #tidyUp(keep: Keep): Promise<number> {
    this.#crashed = false;
    return this.life.crashed(keep, this.#options.random.derive('crash', this.#lives));
  }

  async #freeze(wanted: boolean): Promise<void> {
    if (!this.#running || this.#frozen === wanted) return;
    this.#frozen = wanted;
    await this.station.request('freeze', { node: this.id, frozen: wanted });
  }

  async #turnOff(): Promise<void> {
    if (this.#off) return;
    this.#off = true;
    const ran = this.#running;
    this.#gone();
    await this.#options.power.off();
    if (ran) this.#event({ kind: 'exit', fault: true, detail: 'its host was turned off', lines: [] });
  }

  async #turnOn(): Promise<void> {
    await this.#options.power.on();
    this.#off = false;
    this.#crashed = true;
  }

  #gone(): void {
    this.#running = false;
    this.#pid = null;
    this.#frozen = false;
    this.lastReport = null;
    for (const resolve of this.#exited.splice(0)) resolve();
  }

  #exit(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#exited.push(resolve));
  }

  async #atMost(event: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const alarm = clock.at(clock.now() + toNs(OBSERVE), resolve);
      event.then(resolve, reject).finally(() => alarm.cancel());
    });
  }

  #event(event: Happening): void {
    this.#options.event({ time: this.#options.clock.now(), node: this.id, ...event });
  }
}
