// Real helpers for tests: the bundled program in a folder of its own, reached as on any host, and nothing left of it afterwards.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChaosError } from '../../../contracts/error.js';
import { CommandHost } from '../../host/command-host.js';
import type { Command, Host } from '../../host/host.js';
import { helperProgram } from '../bundle.js';
import { HelperClient, type HelperClientOptions } from '../client.js';
import { MarkReader } from '../marks.js';
import { processRow, processTable } from '../process-table.js';
import type { HelperEvent } from '../protocol.js';

export const sleep = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

/** Waits for something to become true, for 5 s at most. */
export async function until(what: () => boolean | Promise<boolean>, time = 5000): Promise<boolean> {
  for (const end = performance.now() + time; performance.now() < end; await sleep(5)) if (await what()) return true;
  return what();
}

/** Stopped, or about to be as soon as the kernel lets go of it: while a child of it that is stopped has not loaded its program. */
export function isStill(pid: number): boolean {
  const row = processRow(pid);
  return row !== null && (row.stopped || row.blocked);
}

export interface Attached {
  client: HelperClient;
  events: HelperEvent[];
  lost: ChaosError[];
}

export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'helper-'));
  readonly helper = join(this.folder, 'helper');
  readonly program = join(this.folder, 'helper.mjs');
  readonly run: string = `test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  readonly host: Host = new CommandHost({ name: 'n1', address: '127.0.0.1', title: 'this machine', prefix: [] });
  readonly #clients: HelperClient[] = [];

  async open(): Promise<void> {
    writeFileSync(this.program, await helperProgram());
    mkdirSync(join(this.folder, 'n1'));
  }

  get attachCommand(): Command {
    return [process.execPath, this.program, 'attach', this.helper];
  }

  get log(): string {
    return join(this.folder, 'n1', 'node.log');
  }

  async attach(options: Partial<HelperClientOptions> = {}): Promise<Attached> {
    const events: HelperEvent[] = [];
    const lost: ChaosError[] = [];
    const client = await HelperClient.attach(this.host, this.attachCommand, {
      run: this.run,
      bound: 20_000,
      keep: false,
      onEvent: (event) => events.push(event),
      onLost: (error) => lost.push(error),
      ...options,
    });
    this.#clients.push(client);
    return { client, events, lost };
  }

  /** A command of the node `n1`, of a script of the shell. */
  shell(script: string, ...args: string[]) {
    const command: Command = ['sh', '-c', script, 'sh', ...args];
    return { node: 'n1', command, env: {}, log: this.log };
  }

  logText(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** Ids of everything that carries the mark of this run. */
  marked(): number[] {
    const marks = new MarkReader().read(processTable());
    return [...marks].filter(([, { node }]) => node?.startsWith(`${this.run}/`)).map(([pid]) => pid);
  }

  /** Ids of the helpers that live in the folder. */
  daemons(): number[] {
    return [...processTable().keys()].filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('serve') && words.includes(this.helper);
      } catch {
        return false;
      }
    });
  }

  /** Whatever a test has left: the helper and its nodes. Returns what there was. */
  async close(): Promise<number[]> {
    await Promise.all(this.#clients.map((client) => client.close().catch(() => {})));
    await until(() => this.daemons().length === 0, 1000);
    const left = [...this.daemons(), ...this.marked()];
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
    return left;
  }
}
