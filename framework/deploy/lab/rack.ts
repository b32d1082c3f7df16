// The rack's process: started by us, and gone with everything on it when it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import { firstLine, TOOL_ENV } from './exec.js';
import { RACK } from './scripts.js';
import { type LabRecord, markProcess, type ProcessMark } from './state.js';

/** For namespaces to be made on a machine that is busy. */
const LONGEST_START = 10_000;

/** Reads lines that a script prints; `line` is null when it has ended, `complaint` is what it wrote to stderr. */
export class Report {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  #stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    this.#ended = once(child.stderr!, 'close');
    child.stderr!.on('data', (chunk: Buffer) => {
      if (this.#stderr.length < 4096) this.#stderr += String(chunk);
    });
    child.on('error', (error) => {
      this.#stderr += error.message;
    });
  }

  /** The next line. Rejects with ChaosError('lab-start') when there is none, in time. */
  async line(what: string): Promise<string> {
    const timeout = new AbortController();
    const late = setTimeout(LONGEST_START, undefined, { signal: timeout.signal }).catch(() => undefined);
    const next = await Promise.race([this.#lines.next(), late]);
    timeout.abort();
    if (next === undefined) throw new ChaosError('lab-start', `${what} did not start within ${LONGEST_START / 1000} s`);
    if (next.done !== true) return next.value;
    await Promise.race([this.#ended, setTimeout(200)]);
    const why = firstLine(this.#stderr) || 'it ended at once';
    const hint = why.includes('upper layer') ? { hint: 'choose another folder, on ext4, xfs, btrfs or tmpfs' } : {};
    throw new ChaosError('lab-start', `${what} cannot be started: ${why}`, hint);
  }

  /** Lets go of the pipes. */
  close(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }
}

/** The first process of a new tree of namespaces, as the machine sees it. */
export async function reported(report: Report, what: string): Promise<ProcessMark> {
  const mark = markProcess(Number(await report.line(what)));
  if (mark !== null) return mark;
  await report.line(what);
  throw new ChaosError('lab-start', `${what} has ended`);
}

export class Rack {
  readonly #child: ChildProcess;
  readonly #report: Report;

  /** `size`: bytes of each host's data disk, null: none of its own. */
  constructor(record: LabRecord, folders: readonly string[], size: number | null) {
    const script = [
      RACK,
      'sh',
      record.state,
      record.disks,
      record.claim,
      size === null ? '' : String(size),
      ...folders,
    ];
    const flags = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
    this.#child = spawn('unshare', [...flags, '--', 'sh', '-c', ...script], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
      env: TOOL_ENV,
    });
    this.#child.stdin!.on('error', () => {});
    this.#report = new Report(this.#child);
  }

  async started(): Promise<ProcessMark> {
    const mark = await reported(this.#report, 'the lab');
    this.#report.close();
    return mark;
  }

  /** Resolves when the process that waits for it has ended, too. */
  async ended(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    await once(this.#child, 'exit');
  }

  /** The lab goes on when this process ends. */
  release(): void {
    this.#child.stdin?.end('keep\n');
    this.#child.unref();
  }

  /** Ends what has not told its number yet. */
  abort(): void {
    this.#report.close();
    this.#child.stdin?.destroy();
    this.#child.kill('SIGKILL');
  }
}
