// The helper itself: outlives the connection to the control process, and undoes everything when that is silent for too long.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { messageOf } from '../../contracts/error.js';
import { type Milliseconds, NS_PER_MS } from '../../contracts/time.js';
import type { Claim } from './claim.js';
import { Controller } from './controller.js';
import { DaemonLog } from './daemon-log.js';
import { damageModule } from './damage.js';
import { Dispatch } from './dispatch.js';
import { LOG, SOCKET, STATE } from './folder.js';
import { Lease } from './lease.js';
import { modules } from './module-list.js';
import type { Handlers, HelperContext, HelperModule } from './modules.js';
import { openProbeSocket, type ProbeModule, type ProbeSocket, probeModule } from './probes.js';
import { type ProcessModule, processModule } from './processes.js';
import type { Answer, Ask, ReplyLine } from './protocol.js';
import { slowDiskModule } from './slow-disk.js';
import { StateFile } from './state-file.js';

/** Until somebody says hello with a bound of their own. */
const FIRST_BOUND: Milliseconds = 30_000;
/** Attempts to take back faults, and the time between them. */
const ATTEMPTS = 5;
const BETWEEN: Milliseconds = 300;

export class Daemon {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly #claim: Claim;
  readonly #log = new DaemonLog(LOG);
  readonly #state = new StateFile(STATE);
  readonly #controller = new Controller((line) => this.#respond(line));
  readonly #lease = new Lease(FIRST_BOUND, () => void this.#expire());
  readonly #processes: ProcessModule;
  readonly #probes: ProbeModule;
  readonly #modules: readonly HelperModule[];
  readonly #dispatch: Dispatch;
  #server: Server | null = null;
  /** Faults have been taken back that an earlier connection had asked for. */
  #healed = false;
  #finishing: Promise<void> | null = null;
  #ended: () => void = () => {};

  /** Takes back what an earlier helper left here, then waits for a control process. The current folder is `folder`. */
  static async open(folder: string, claim: Claim): Promise<Daemon> {
    const daemon = new Daemon(folder, claim, await openProbeSocket());
    await daemon.#recover();
    await daemon.#listen();
    return daemon;
  }

  private constructor(folder: string, claim: Claim, socket: ProbeSocket) {
    const context: HelperContext = {
      folder,
      root: isRoot(),
      run: () => this.#state.owner.run,
      remember: (module, state) => this.#state.remember(module, state),
      note: (node, detail) => this.#controller.tell({ event: 'note', node, detail }),
      log: (line) => this.#log.write(line),
    };
    const more = modules(context);
    this.#claim = claim;
    this.#probes = probeModule(socket, more);
    this.#processes = processModule(context, (event) => this.#controller.tell(event));
    const slowDisk = slowDiskModule(context, (node) => this.#processes.rowsOf(node));
    this.#modules = [this.#processes, damageModule(), this.#probes, slowDisk, ...more];
    this.#dispatch = new Dispatch(this.#modules, this.#handlers(), () => this.#unready());
    this.ended = new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  /** Takes back every fault, kills the nodes unless they may stay, and ends. */
  finish({ keep = this.#state.owner.keep } = {}): Promise<void> {
    this.#finishing ??= this.#finish(keep);
    return this.#finishing;
  }

  /** Something in here is broken: the host shall be as it was. */
  fail(error: unknown): Promise<void> {
    this.#log.write(`failed: ${error instanceof Error ? error.stack : String(error)}`);
    return this.finish();
  }

  #handlers(): Handlers {
    return {
      hello: (ask) => this.#hello(ask),
      pulse: async () => ({}),
      heal: async () => {
        await this.#dispatch.heal();
        return {};
      },
      end: async () => {
        try {
          await this.#takeBack();
        } finally {
          // It ends behind the answer.
          await this.#endNodes().finally(() => setImmediate(() => void this.finish({ keep: false })));
        }
        return {};
      },
    };
  }

  #unready(): string | null {
    if (this.#finishing !== null) return 'the helper is about to end';
    return this.#state.owner.run === '' || !this.#lease.running ? 'hello comes first' : null;
  }

  async #hello({ run, bound, keep }: Ask<'hello'>): Promise<Answer<'hello'>> {
    if (this.#finishing !== null) this.#controller.close();
    const before = this.#state.owner;
    if (before.run !== '' && before.run !== run) {
      await this.#takeBack();
      if (!before.keep) await this.#endNodes();
      for (const module of this.#modules) module.forget?.();
      this.#controller.clear();
    }
    this.#state.owner = { run, keep };
    this.#lease.restart(bound);
    const healed = this.#healed;
    this.#healed = false;
    setImmediate(() => this.#controller.greeted());
    return { pid: process.pid, root: isRoot(), time: Date.now() * NS_PER_MS, probe: this.#probes.port, healed };
  }

  /** The answer to a line, which is a sign of life; one that comes too late finds everything taken back and the pipe closed. */
  #respond(line: string | null): Promise<ReplyLine> {
    this.#lease.renew();
    return this.#dispatch.reply(line);
  }

  /** Nobody has said anything for too long. */
  async #expire(): Promise<void> {
    const { keep } = this.#state.owner;
    this.#log.write('nothing was heard for longer than the bound: every fault is taken back');
    this.#controller.close();
    if (!keep) {
      await this.finish();
      return;
    }
    await this.#takeBack().catch((error) => this.#log.write(messageOf(error)));
  }

  /** Rejects when something is still in force after several attempts. */
  async #takeBack(): Promise<void> {
    this.#healed = true;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#dispatch.restore();
        return;
      } catch (error) {
        this.#log.write(`not healed: ${messageOf(error)}`);
        if (attempt === ATTEMPTS) throw error;
        await setTimeout(BETWEEN);
      }
    }
  }

  /** Kills every node, then takes away what stood under them. */
  async #endNodes(): Promise<void> {
    await this.#processes.killAll();
    for (const module of this.#modules) await module.leave?.();
  }

  async #finish(keep: boolean): Promise<void> {
    this.#lease.stop();
    this.#server?.close();
    const steps = [() => this.#takeBack(), () => (keep ? Promise.resolve() : this.#endNodes())];
    let clean = true;
    for (const step of steps) {
      await step().catch((error) => {
        clean = false;
        this.#log.write(messageOf(error));
      });
    }
    this.#probes.close();
    // What is still in force the next helper tries to take back.
    if (clean && !keep) this.#state.remove();
    this.#log.write('ended');
    this.#claim.release();
    // Whoever sees the pipe end knows that all is done.
    await this.#controller.end();
    this.#ended();
  }

  async #recover(): Promise<void> {
    for (const module of this.#modules) {
      const left = this.#state.modules[module.name];
      if (left === undefined || module.recover === undefined) continue;
      this.#healed = true;
      this.#log.write(`takes back what an earlier helper left in force: ${module.name}`);
      await module.recover(left).catch((error) => this.#log.write(`not healed: ${messageOf(error)}`));
    }
  }

  async #listen(): Promise<void> {
    rmSync(SOCKET, { force: true });
    const server = createServer((socket) => {
      // Whoever comes now is to start the next helper.
      if (this.#finishing !== null) socket.destroy();
      else this.#controller.attach(socket);
    });
    this.#server = server;
    server.listen(SOCKET);
    await once(server, 'listening');
    this.#log.write(`process ${process.pid} listens`);
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
