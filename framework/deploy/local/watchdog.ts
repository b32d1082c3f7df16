// The parent's side of the watchdog: registers the process group of every node.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { entryPoint } from '../../node/entry.js';

export class Watchdog {
  readonly #groups = new Set<number>();
  #process: ChildProcess | null = null;
  #stopped = false;

  /** Id of its process; null while it does not run. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  start(): void {
    if (this.#process === null) this.#spawn();
  }

  /** The watchdog kills this group when the parent ends. Call it in the same turn in which the group was made. */
  add(group: number): void {
    this.#groups.add(group);
    this.#process?.stdin?.write(`+${group}\n`);
  }

  remove(group: number): void {
    if (this.#groups.delete(group)) this.#process?.stdin?.write(`-${group}\n`);
  }

  /** Ends the watchdog. Groups that are still registered are killed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.stdin?.end();
    await exited;
  }

  #spawn(): void {
    const child = spawn(process.execPath, [entryPoint('framework/deploy/local/watchdog-main')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      env: {},
    });
    this.#process = child;
    // A watchdog that was itself killed is replaced; what it knew is told again.
    child.once('exit', () => {
      if (!this.#stopped && this.#process === child) this.#spawn();
    });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    for (const group of this.#groups) child.stdin.write(`+${group}\n`);
  }
}
