// One `strace` that holds processes of a node: started, found again after a helper was killed, and ended without harm to what it holds.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { type Identity, send } from './kin.js';
import { SEARCHED } from './network/run.js';
import { processRow } from './process-table.js';

/** What the next helper must know of a tracer. */
export type Left = Identity;

const STEP: Milliseconds = 10;
/** After so long it has attached to what there was, or has failed. */
const SETTLED: Milliseconds = 1000;
/** It lets go when it is asked to; the kernel lets go when it is killed. */
const SIGNALS = [
  ['SIGINT', 3000],
  ['SIGTERM', 1000],
  ['SIGKILL', 3000],
] as const;
const MOST_WORDS = 2000;

export class Tracer {
  readonly pid: number;
  readonly #start: string;
  #failure: string | null = null;
  #settled = false;

  /** `ended` is told why it has ended; in its own time. Never throws: a program that is not there is a failure. */
  constructor(options: readonly string[], ended: (why: string) => void) {
    const env = { ...process.env, PATH: SEARCHED.join(':'), LC_ALL: 'C' };
    const child = spawn('strace', options, { cwd: '/', env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    this.pid = child.pid ?? 0;
    this.#start = this.pid === 0 ? '' : (processRow(this.pid)?.start ?? '');
    let words = '';
    child.stderr.on('data', (piece: Buffer) => {
      if (words.length < MOST_WORDS) words += piece.toString();
    });
    const over = (why: string) => {
      if (this.#failure !== null) return;
      this.#failure = why;
      this.#settled = true;
      ended(why);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      over(error.code === 'ENOENT' ? 'strace is not there' : messageOf(error));
    });
    child.once('close', (code, signal) => {
      const said =
        words
          .trim()
          .split('\n')
          .at(-1)
          ?.replace(/^\S*strace: /, '') ?? '';
      over(said === '' ? `strace ended (${signal ?? `status ${code}`})` : said);
    });
    const settling = setTimeout(() => {
      this.#settled = true;
    }, SETTLED);
    settling.unref();
  }

  get left(): Left {
    return [this.pid, this.#start];
  }

  /** Why it has ended; null while it runs. */
  get failure(): string | null {
    return this.#failure;
  }

  /** It has attached to all that it was given, if it can. */
  get isSettled(): boolean {
    return this.#settled;
  }

  end(): Promise<void> {
    return Tracer.endLeft(this.left);
  }

  /** Resolves when it is gone, and with it its hold on others. Rejects with ChaosError('not-healed'). */
  static async endLeft([pid, start]: Left): Promise<void> {
    const isThere = () => pid > 0 && processRow(pid)?.start === start;
    for (const [signal, time] of SIGNALS) {
      if (!isThere()) return;
      send(pid, signal);
      for (const deadline = Date.now() + time; isThere() && Date.now() < deadline; ) await sleep(STEP);
    }
    if (isThere()) throw new ChaosError('not-healed', `strace, process ${pid}, does not end`);
  }
}

/** Whether each thread of a process is held by one of these; also where it has ended meanwhile. */
export function isTraced(pid: number, by: ReadonlySet<number>): boolean {
  return tracersOf(pid).every((tracer) => by.has(tracer));
}

/** Who traces the threads of a process, 0 for nobody; none when it is gone. */
export function tracersOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => tracerOf(`/proc/${pid}/task/${thread}/status`));
  } catch {
    return [];
  }
}

/** None of a thread that has ended. */
function tracerOf(path: string): number[] {
  try {
    const text = readFileSync(path, 'latin1');
    if (/^State:\s+[ZX]/m.test(text)) return [];
    return [Number(/^TracerPid:\s*(\d+)/m.exec(text)?.[1] ?? 0)];
  } catch {
    return [];
  }
}
