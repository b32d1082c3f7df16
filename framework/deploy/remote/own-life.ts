// A reference node on a host: its program, its data, and the connection over which `chaos` speaks to it.
import { ChaosError } from '../../contracts/error.js';
import type { Body, Message } from '../../contracts/message.js';
import type { NodeReport } from '../../contracts/protocol.js';
import type { Random } from '../../contracts/random.js';
import type { Milliseconds } from '../../contracts/time.js';
import { type Control, type Notice, PARENT } from '../../node/process/control.js';
import type { Keep } from '../../node/process/damage.js';
import { couldNotWrite, meaningOf, NODE_EXIT } from '../../node/process/exit-codes.js';
import type { Clients } from '../clients.js';
import type { Command } from '../host/host.js';
import { LogDamage } from '../log-damage.js';
import type { LastingDamage } from '../node-faults.js';
import { controlFor, isUnwritable, type Topic, type Wish } from '../wish.js';
import type { End, Ended, Life } from './life.js';
import { NodeLink } from './node-link.js';
import { NO_SECRETS } from './secrets.js';
import type { Station } from './station.js';

/** Where `init` comes from: no client of a run has this name. */
const INIT_CLIENT = 'c999999999';

/** A node that runs and has not been spoken to after so long stands where this machine does not reach it. */
const REACHED: Milliseconds = 30_000;

/** Malformed lines and late replies of one node that are told. */
const MOST_COMPLAINTS = 20;

export interface OwnLifeOptions {
  id: string;
  /** The first members of the cluster. */
  members: readonly string[];
  run: string;
  token: string;
  station: Pick<Station, 'host' | 'address' | 'request'>;
  port: number;
  /** Speak to it through the connection to its host. */
  tunnel: boolean;
  folders: { data: string; log: string };
  /** The command line of an incarnation with this seed. */
  command: (seed: number) => Command;
  clients: Clients;
  /** The faults that it should know of by now. */
  wish: () => Wish;
  /** How long the first connection may take. */
  reached?: Milliseconds;
  listener: {
    onReady(): void;
    onReport(state: NodeReport): void;
    note(detail: string): void;
    malformed(detail: string, line: string): void;
  };
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

export class OwnLife implements Life {
  readonly isBrokenFromOutside = false;
  readonly secrets = NO_SECRETS;
  readonly files = [];
  readonly #options: OwnLifeOptions;
  readonly #link: NodeLink;
  readonly #damage: LogDamage;
  readonly #acknowledge = new Map<number, () => void>();
  #controls = 1;
  #isReady = false;
  /** There was a connection to it once: that there is none now is the nemesis's doing. */
  #wasReached = false;
  /** This incarnation has been told of to whoever listens. */
  #isKnown = false;
  #waiting: Waiter[] = [];
  #complaints = 0;
  /** It was told that its writes fail, and may not know otherwise yet. */
  #unwritable = false;
  #last: Ended | null = null;

  constructor(options: OwnLifeOptions) {
    this.#options = options;
    const { id, token, run, station, port, tunnel } = options;
    const { host, address } = station;
    this.#damage = new LogDamage(options.folders.data, (damage) => station.request('damage', damage));
    this.#link = new NodeLink({
      node: id,
      token,
      run,
      connect: () => (tunnel && host.dial !== undefined ? host.dial(port) : { host: address, port }),
      onLines: (batch) => this.#lines(batch),
      onUp: () => this.#greet(),
      onDown: () => {
        this.#isReady = false;
      },
    });
  }

  refusal(): null {
    return null;
  }

  get refuses(): boolean {
    return this.#damage.isThere;
  }

  async prepare(): Promise<void> {
    const { station, folders } = this.#options;
    const { code, stderr } = await station.host.run(['mkdir', '-p', folders.data], { repeatable: true });
    if (code === 0) return;
    throw new ChaosError('host-file', `${station.host.title}: cannot make ${folders.data}: ${stderr.trim()}`);
  }

  async start(wish: Wish, random: Random): Promise<number> {
    const { id, station, command, token, folders } = this.#options;
    this.#isReady = false;
    this.#isKnown = false;
    this.#last = null;
    this.#unwritable = isUnwritable(wish);
    const { pid } = await station.request('start', {
      node: id,
      command: command(random.int(2 ** 32)),
      env: { CHAOS_TOKEN: token },
      log: folders.log,
    });
    this.#link.start();
    return pid;
  }

  ready(): Promise<void> {
    if (this.#isReady) return Promise.resolve();
    if (this.#last !== null) return Promise.reject(this.#neverReady(this.#last));
    return new Promise((resolve, reject) => {
      const alarm = setTimeout(() => {
        if (!this.#wasReached) reject(this.#neverReached());
      }, this.#options.reached ?? REACHED).unref();
      const ended = <T extends unknown[]>(settle: (...args: T) => void) => {
        return (...args: T) => {
          clearTimeout(alarm);
          settle(...args);
        };
      };
      this.#waiting.push({ resolve: ended(resolve), reject: ended(reject) });
    });
  }

  async tell(topic: Topic, wish: Wish, isFrozen: boolean): Promise<void> {
    // Until it has said that it knows better, it may stop because it cannot write.
    if (isUnwritable(wish)) this.#unwritable = true;
    const control = controlFor(topic, wish, this.#controls++);
    const done = new Promise<void>((resolve) => this.#acknowledge.set(control.msg_id, resolve));
    this.#control(control);
    if (isFrozen) return;
    await done;
    this.#unwritable = isUnwritable(wish);
  }

  async back(): Promise<void> {}

  async crashed(keep: Keep, random: Random): Promise<number> {
    const { station, folders } = this.#options;
    const seed = random.int(2 ** 32);
    return (await station.request('damage', { kind: 'crash', folder: folders.data, keep, seed })).lost;
  }

  async tear(random: Random): Promise<void> {
    const { station, folders } = this.#options;
    await station.request('damage', { kind: 'tear', folder: folders.data, seed: random.int(2 ** 32) });
  }

  async assertDamageable(): Promise<void> {}

  damage(kind: LastingDamage, position: number): Promise<(() => Promise<void>) | null> {
    return this.#damage.inflict(kind, position);
  }

  ended(end: Ended): End {
    this.#last = end;
    this.#isReady = false;
    this.#acknowledge.clear();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#neverReady(end));
    const { code, signal } = end;
    if (code === null) return { detail: `ended by ${signal ?? 'an unknown cause'}`, fault: false };
    const fault = (code === NODE_EXIT.corrupt && this.refuses) || (couldNotWrite(code) && this.#unwritable);
    const line = code === NODE_EXIT.corrupt ? end.lines.at(-1) : undefined;
    return { detail: line ?? meaningOf(code), fault };
  }

  async stop(): Promise<void> {}

  request(client: string, body: Body): void {
    this.#link.send(`{"src":"${client}","dest":"${this.#options.id}","body":${JSON.stringify(body)}}\n`);
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  /** First what it should know of itself, then `init`; nothing may overtake them. */
  #greet(): void {
    this.#wasReached = true;
    const { id, members, wish, listener } = this.#options;
    const wanted = wish();
    if (wanted.clock.length > 0) this.#control(controlFor('clock', wanted, this.#controls++));
    if (wanted.disk.length > 0) this.#control(controlFor('disk', wanted, this.#controls++));
    const body = { type: 'init', msg_id: 1, node_id: id, node_ids: members };
    this.#link.send(`{"src":"${INIT_CLIENT}","dest":"${id}","body":${JSON.stringify(body)}}\n`);
    if (this.#isKnown) return;
    this.#isKnown = true;
    // Whoever hears of it may send something: behind `init`, that is.
    listener.onReady();
  }

  #control(control: Control): void {
    this.#link.send(`{"src":"${PARENT}","dest":"${this.#options.id}","body":${JSON.stringify(control)}}\n`);
  }

  #lines(batch: Buffer): void {
    for (const line of batch.toString('utf8').split('\n')) {
      let message: Message;
      try {
        message = JSON.parse(line) as Message;
      } catch {
        if (this.#complaints++ < MOST_COMPLAINTS) this.#options.listener.malformed('not JSON', line.slice(0, 200));
        continue;
      }
      if (message.dest === PARENT) this.#notice(message.body as unknown as Notice);
      else if (message.dest === INIT_CLIENT) this.#initReply(message.body);
      else this.#reply(message.dest, message.body);
    }
  }

  #reply(client: string, body: Body): void {
    const outcome = this.#options.clients.deliver(client, body);
    if (outcome !== 'taken' && this.#complaints++ < MOST_COMPLAINTS) {
      this.#options.listener.note(
        outcome === 'late' ? `late ${body.type} to ${client}` : `message to unknown ${client}`,
      );
    }
  }

  #notice(notice: Notice): void {
    const { listener } = this.#options;
    if (notice.type === 'report') listener.onReport(notice.state);
    else if (notice.type === 'note') listener.note(notice.detail);
    else if (notice.type === 'done') {
      this.#acknowledge.get(notice.in_reply_to)?.();
      this.#acknowledge.delete(notice.in_reply_to);
    }
  }

  #initReply(body: Body): void {
    if (body.type !== 'init_ok') {
      const text = `answered init with ${JSON.stringify(body).slice(0, 200)}`;
      for (const { reject } of this.#waiting.splice(0))
        reject(new ChaosError('node-not-started', `${this.#options.id} ${text}`));
      return;
    }
    this.#isReady = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #neverReached(): ChaosError {
    const { id, station, port } = this.#options;
    const place = `${station.address}:${port}`;
    return new ChaosError(
      'node-unreachable',
      `${id} runs on ${station.host.title}, but this machine cannot reach it at ${place}`,
      {
        hint: `Let TCP to port ${port} through; over SSH, "tunnel: true" goes through the login instead.`,
      },
    );
  }

  #neverReady({ code, signal, lines }: Ended): ChaosError {
    const { id, station, folders } = this.#options;
    const how = code === null ? `ended by ${signal ?? 'an unknown cause'}` : meaningOf(code);
    const log =
      lines.length === 0 ? 'its log is empty' : `its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
    return new ChaosError('node-not-started', `${id} on ${station.host.title} ${how}; ${log}`, {
      hint: `Its log is ${folders.log} there.`,
    });
  }
}
