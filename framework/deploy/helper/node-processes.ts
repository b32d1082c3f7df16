// One node on this host: its main process, and everything that belongs to it.
import { closeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { lastLines } from '../local/log-tail.js';
import { type Identity, Kin, send } from './kin.js';
import type { MarkReader } from './marks.js';
import { type ProcessRow, processRow } from './process-table.js';
import type { Answer, Ask, NodeCommand } from './protocol.js';
import { openLog, startProgram } from './spawned.js';
import { runStep } from './step.js';
import { atMost } from './turnstile.js';

const KILL_WITHIN: Milliseconds = 8000;
const FREEZE_WITHIN: Milliseconds = 5000;
/** How often a main process is looked at that another helper has started. */
const LOOK: Milliseconds = 100;

export interface NodeHost {
  reader: MarkReader;
  run(): string;
  exited(node: string, pid: number, code: number | null, signal: string | null, lines: string[]): void;
  /** Writes down what is in force, before it is. Throws when it cannot. */
  remember(): void;
  /** Writes down what is so anyway, if it can. */
  note(): void;
}

interface Main {
  pid: number;
  start: string;
  log: string;
  ended: Promise<void>;
}

/** What the next helper must know of a node. */
export interface NodeState {
  frozen: boolean;
  known: readonly Identity[];
  main: { pid: number; start: string; log: string } | null;
}

export class NodeProcesses {
  readonly #name: string;
  readonly #host: NodeHost;
  readonly #kin: Kin;
  #main: Main | null = null;
  #frozen = false;
  #steps = 0;

  constructor(name: string, host: NodeHost) {
    this.#name = name;
    this.#host = host;
    this.#kin = new Kin(host.reader, ({ node }) => node === `${host.run()}/${name}`);
  }

  get state(): NodeState {
    const main = this.#main === null ? null : { pid: this.#main.pid, start: this.#main.start, log: this.#main.log };
    return { frozen: this.#frozen, known: this.#kin.known, main };
  }

  /** Takes over what an earlier helper has written down; what is gone meanwhile is left out. */
  adopt({ frozen, known, main }: NodeState): void {
    this.#frozen = frozen;
    for (const [pid, start] of known) this.#kin.add(pid, start);
    if (main !== null && processRow(main.pid)?.start === main.start) {
      this.#main = { ...main, ended: this.#watch(main.pid, main.start, main.log) };
    }
  }

  /** Starts the main process. Throws ChaosError('node-running') while there is one. */
  async start(ask: NodeCommand): Promise<Answer<'start'>> {
    if (this.#main !== null) {
      throw new ChaosError('node-running', `${this.#name} runs already, as process ${this.#main.pid}`, {
        kind: 'internal',
      });
    }
    const log = openLog(ask.log);
    try {
      const child = await startProgram(ask, this.#host.run(), ['ignore', log, log]);
      const pid = child.pid!;
      this.#kin.add(pid);
      const ended = new Promise<void>((resolve) => {
        child.once('exit', (code, signal) => {
          this.#ended(pid, code, signal, ask.log);
          resolve();
        });
      });
      this.#main = { pid, start: processRow(pid)?.start ?? '', log: ask.log, ended };
      this.#host.note();
      return { pid };
    } finally {
      closeSync(log);
    }
  }

  async step(ask: Ask<'step'>): Promise<Answer<'step'>> {
    const run = this.#host.run();
    const id = `${run}/${this.#name}/${process.pid}.${this.#steps++}`;
    const own = new Kin(this.#host.reader, ({ step }) => step === id);
    try {
      return await runStep(ask, { run, id, own, node: this.#kin });
    } finally {
      this.#host.note();
    }
  }

  /** Kills all of it, and resolves when nothing is left. Throws ChaosError('node-not-killed') when something stays. */
  async kill(): Promise<number> {
    const main = this.#main;
    const { rows, hit } = await this.#kin.drive('SIGKILL', () => false, KILL_WITHIN);
    if (rows.length > 0) {
      const pids = rows.map(({ pid }) => pid).join(', ');
      throw new ChaosError('node-not-killed', `of ${this.#name} these processes do not end: ${pids}`, {
        hint: 'A process that waits for a disk cannot be killed; look at it with ps -o pid,stat,wchan.',
      });
    }
    if (main !== null) await atMost(main.ended, KILL_WITHIN);
    this.#frozen = false;
    this.#host.note();
    return hit;
  }

  /** All of it that lives now. */
  rows(): ProcessRow[] {
    return this.#kin.find();
  }

  signal(signal: NodeJS.Signals): number {
    return this.#kin.find().filter(({ pid }) => send(pid, signal)).length;
  }

  async freeze(): Promise<Answer<'freeze'>> {
    this.#frozen = true;
    const before = () => this.#host.remember();
    const { rows, reached } = await this.#kin.drive('SIGSTOP', isFrozen, FREEZE_WITHIN, before);
    return { processes: rows.length, observed: reached };
  }

  async wake(): Promise<Answer<'freeze'>> {
    const { rows, reached } = await this.#kin.drive('SIGCONT', (row) => !row.stopped, FREEZE_WITHIN);
    if (reached && this.#frozen) {
      this.#frozen = false;
      this.#host.note();
    }
    return { processes: rows.length, observed: reached };
  }

  /** Wakes it if we have stopped it. */
  async restore(): Promise<void> {
    if (!this.#frozen) return;
    const { observed } = await this.wake();
    if (!observed) throw new ChaosError('node-not-woken', `${this.#name} is still stopped`);
  }

  #ended(pid: number, code: number | null, signal: string | null, log: string): void {
    this.#main = null;
    this.#kin.find(pid);
    this.#host.note();
    this.#host.exited(this.#name, pid, code, signal, lastLines(log));
  }

  /** Resolves when a process is gone that is not our child. */
  async #watch(pid: number, start: string, log: string): Promise<void> {
    while (processRow(pid)?.start === start) await setTimeout(LOOK, undefined, { ref: false });
    this.#ended(pid, null, null, log);
  }
}

/**
 * The parent of a child that was stopped before it has loaded its program (vfork) waits for it, and stops itself as soon as that goes
 * on. It runs as little as the child does.
 */
function isFrozen(row: ProcessRow, all: readonly ProcessRow[]): boolean {
  // What is traced has got the signal and stops, but looks as if its tracer held it.
  const isHeld = ({ stopped, traced }: ProcessRow) => stopped || traced;
  return isHeld(row) || (row.blocked && all.some((child) => child.parent === row.pid && isHeld(child)));
}
