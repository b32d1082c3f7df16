// The life of a node that is any program: steps as its system gives them, and a program beside us that speaks for it.
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Body } from '../../contracts/message.js';
import type { Random } from '../../contracts/random.js';
import type { Lifecycle, NodePlace } from '../../contracts/system.js';
import { type Clock, type Milliseconds, toNs } from '../../contracts/time.js';
import type { Keep } from '../../node/process/damage.js';
import { clockEnvironment } from '../helper/clock.js';
import type { Answer } from '../helper/protocol.js';
import type { Host } from '../host/host.js';
import type { Breakage, LastingDamage } from '../node-faults.js';
import type { Topic, Wish } from '../wish.js';
import type { Bridge } from './bridge.js';
import { FAKETIME_VARIABLE } from './faketime.js';
import { ForeignDisk } from './foreign-disk.js';
import type { End, Ended, Life } from './life.js';
import { FAKETIME } from './preflight-script.js';
import { type Secrets, secretsOf } from './secrets.js';
import type { Station } from './station.js';
import { endOf, indented, Steps, TIMEOUTS, wordsOf } from './steps.js';

export interface ForeignLifeOptions {
  place: NodePlace;
  lifecycle: Lifecycle;
  station: Pick<Station, 'host' | 'request' | 'isRoot'>;
  /** Speaks for it; null: the system has clients of its own. Started when the node is ready for the first time. */
  bridge: Bridge | null;
  /** The id of a run in which clocks are moved, where libfaketime has to be loaded before programs; null: of any other. */
  clockRun: string | null;
  /** Its files lie on LazyFS, so that what it has not synced can be lost. */
  isLazy?: boolean;
  /** Its clock is the host's own, and moved with that. */
  hostClock?: boolean;
  /** Shared by all nodes of a cluster. */
  installations: Installations;
  clock: Clock;
  listener: { onReady(): void; note(detail: string): void };
}

/** A check that takes longer has failed: it would hold up faults of its node. */
const LONGEST_CHECK: Milliseconds = 5000;
/** What has not ended after so long was started rightly, where nobody says more. */
const SETTLED: Milliseconds = 500;
const FIRST_PAUSE: Milliseconds = 20;
const LONGEST_PAUSE: Milliseconds = 500;

/** Empties a folder that may be the root of a file system, and must stay. */
const WIPE = ['sh', '-euc', 'cd -- "$1"; rm -rf -- ./* ./.[!.]* ./..?*', 'sh'];

/** What all nodes of a host need is installed there once. */
export class Installations {
  readonly #done = new Map<Host, Promise<void>>();

  once(host: Host, install: () => Promise<void>): Promise<void> {
    const done = this.#done.get(host) ?? install();
    this.#done.set(host, done);
    return done;
  }
}

/** The first of the paths that is there. */
const FIND_FAKETIME = `for path in "$${FAKETIME_VARIABLE}" ${FAKETIME.join(' ')}; do if [ -e "$path" ]; then echo "$path"; exit; fi; done`;

/** One incarnation, from its start to its end. */
interface Incarnation {
  over: ChaosError | null;
  /** Asks nobody any more whether it is ready. */
  end(reason: ChaosError): void;
  ended: Promise<never>;
}

export class ForeignLife implements Life {
  readonly isBrokenFromOutside = true;
  readonly refuses = false;
  readonly files: readonly string[];
  readonly secrets: Secrets;
  readonly #options: ForeignLifeOptions;
  readonly #steps: Steps;
  readonly #disk: ForeignDisk;
  #incarnation: Incarnation | null = null;
  /** Why the last one is over. */
  #reason: ChaosError | null = null;
  #isSpokenFor = false;
  #wasReady = false;
  #clockVariables: Readonly<Record<string, string>> = {};

  constructor(options: ForeignLifeOptions) {
    this.#options = options;
    this.files = options.lifecycle.logs ?? [];
    const { place, station, lifecycle } = options;
    this.secrets = secretsOf(lifecycle);
    const { secrets } = this;
    this.#steps = new Steps({ node: place.id, station, logs: place.logs, folder: place.data, secrets });
    const note = (detail: string) => options.listener.note(detail);
    this.#disk = new ForeignDisk({ title: this.#steps.title, place, station, isLazy: options.isLazy === true, note });
  }

  async prepare(): Promise<void> {
    const { lifecycle, installations, station, place } = this.#options;
    const { install, wipe } = lifecycle;
    // What is wrong here is told before anything is done there.
    this.#options.bridge?.check();
    await this.#makeFolders();
    if (install !== undefined) await installations.once(station.host, () => this.#steps.must('install', install));
    if (wipe !== undefined) await this.#steps.must('wipe', wipe);
    else await this.#steps.must('prepare', { command: [...WIPE, place.data] });
    await this.#makeFolders();
    await this.#disk.prepare();
    await this.#findClock();
  }

  refusal(fault: Breakage): string | null {
    return this.#disk.refusal(fault);
  }

  async start(wish: Wish, _random: Random): Promise<number | null> {
    const { lifecycle } = this.#options;
    const { daemon = false } = lifecycle;
    const start = { ...lifecycle.start, env: { ...lifecycle.start.env, ...this.#clockVariables } };
    this.#over(new ChaosError('node-killed', `${this.#steps.title} was started again`));
    if (wish.clock.length > 0) await this.#tellClock(wish);
    this.#incarnation = beginning();
    const pid = daemon ? null : await this.#steps.start(start);
    if (daemon) await this.#steps.must('start', start);
    // A rate counts from the start of the program.
    if (wish.clock.some(({ rate }) => rate !== undefined)) await this.#tellClock(wish);
    await this.#disk.started(wish);
    return pid;
  }

  async ready(): Promise<void> {
    const { bridge, listener } = this.#options;
    const incarnation = this.#incarnation;
    // It may have ended before anybody could ask.
    if (incarnation === null)
      throw this.#reason ?? new ChaosError('node-not-started', `${this.#steps.title} was not started`);
    await Promise.race([this.#checked(incarnation), incarnation.ended]).catch((error: unknown) => {
      // Nobody waits for long until a node is back: that it never was must be found all the same.
      if (this.#wasReady && incarnation.over === null) listener.note(messageOf(error));
      throw error;
    });
    this.#wasReady = true;
    if (bridge !== null && !this.#isSpokenFor) {
      this.#isSpokenFor = true;
      await bridge.start();
    }
    if (incarnation.over !== null) throw incarnation.over;
    listener.onReady();
  }

  async tell(topic: Topic, wish: Wish): Promise<void> {
    await (topic === 'clock' ? this.#tellClock(wish) : this.#disk.tell(wish));
  }

  async back(wish: Wish): Promise<void> {
    try {
      await this.#disk.back(wish);
      if (wish.clock.length > 0) await this.#tellClock(wish);
    } catch (error) {
      this.#options.listener.note(messageOf(error));
    }
  }

  async crashed(keep: Keep): Promise<number> {
    this.#over(new ChaosError('node-killed', `${this.#steps.title} was killed`));
    return keep === 'none' ? this.#disk.dropUnsynced() : 0;
  }

  /** Nobody asks for it. */
  async tear(): Promise<void> {}

  assertDamageable(): Promise<void> {
    return this.#disk.assertDamageable();
  }

  /** Nobody knows how to take it back: the program has to live with it. */
  async damage(kind: LastingDamage, position: number, random: Random): Promise<null> {
    await this.#disk.damage(kind, position, random);
    return null;
  }

  ended(end: Ended): End {
    const { code, signal, lines } = end;
    const how = code === null ? `ended by ${signal ?? 'an unknown cause'}` : `exited with code ${code}`;
    const log = lines.length === 0 ? 'its log is empty' : `its last lines:\n${this.secrets.hide(indented(lines))}`;
    this.#over(
      new ChaosError('node-not-started', `${this.#steps.title} ${how}; ${log}`, {
        hint: `${this.#steps.whereabouts('node')} A program that goes on by itself is started with daemon: true.`,
      }),
    );
    return { detail: how, fault: this.#disk.explainsEnd };
  }

  /** Tried once: the node is killed afterwards in any case. */
  async stop(): Promise<void> {
    const { stop } = this.#options.lifecycle;
    const { note } = this.#options.listener;
    this.#over(new ChaosError('run-over', `${this.#steps.title} was stopped`));
    if (stop === undefined) return;
    await this.#steps.must('stop', stop).catch((error: unknown) => note(messageOf(error)));
  }

  request(client: string, body: Body): void {
    this.#options.bridge?.request(client, body);
  }

  async close(): Promise<void> {
    this.#over(new ChaosError('run-over', `${this.#steps.title} was stopped`));
    await this.#options.bridge?.stop();
  }

  #makeFolders(): Promise<void> {
    const { data, logs } = this.#options.place;
    return this.#steps.must('prepare', { command: ['mkdir', '-p', '--', data, logs] });
  }

  /** Resolves when the system says that it is ready; a step that fails is tried again until the time is over. */
  async #checked(incarnation: Incarnation): Promise<void> {
    const { clock, lifecycle } = this.#options;
    const { ready } = lifecycle;
    if (ready === undefined) return this.#wasReady ? undefined : clock.sleep(SETTLED);
    const limit = ready.timeout ?? TIMEOUTS.ready;
    const deadline = clock.now() + toNs(limit);
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const most = Math.min(LONGEST_CHECK, limit);
      const answer = await this.#steps.run('ready', ready, most);
      if (incarnation.over !== null || (answer.code === 0 && !answer.late)) return;
      if (clock.now() + toNs(pause) > deadline) throw await this.#neverReady(answer, limit, most);
      await clock.sleep(pause);
      if (incarnation.over !== null) return;
    }
  }

  async #neverReady(last: Answer<'step'>, limit: Milliseconds, most: Milliseconds): Promise<ChaosError> {
    const file = this.#steps.logOf('node');
    const lines = await this.#steps.tail(file);
    const log = lines.length === 0 ? 'the log of the node is empty' : `the last lines of its log:\n${indented(lines)}`;
    const check = `the last check ${endOf(last, most)}; ${wordsOf(last)}`;
    return new ChaosError(
      'node-not-started',
      `${this.#steps.title} was not ready within ${limit / 1000} s; ${check}\n${log}`,
      { hint: `${this.#steps.whereabouts('node')} ${this.#steps.whereabouts('ready')}` },
    );
  }

  /** Where it lies differs between distributions; preflight has seen it. */
  async #findClock(): Promise<void> {
    const { clockRun, place } = this.#options;
    if (clockRun === null) return;
    const { stdout } = await this.#steps.run('prepare', { command: ['sh', '-c', FIND_FAKETIME] });
    const library = stdout.trim();
    if (library === '') {
      throw new ChaosError('no-libfaketime', `${this.#steps.title}: clock faults of programs need libfaketime`, {
        hint: 'Install the package libfaketime there.',
      });
    }
    this.#clockVariables = clockEnvironment(clockRun, place.id, library);
  }

  async #tellClock({ clock }: Wish): Promise<void> {
    const { station, place, hostClock = false } = this.#options;
    if (!hostClock) {
      await station.request('clock', { node: place.id, faults: clock });
      return;
    }
    if (clock.some(({ rate = 1 }) => rate !== 1)) {
      throw new ChaosError(
        'fault-unsupported',
        `${this.#steps.title}: the host's own clock cannot run at another rate`,
        {
          hint: 'Let the nemesis clock only bump it, or leave "host-clock" out.',
        },
      );
    }
    await station.request('host-clock', { offset: clock.reduce((sum, { offset = 0 }) => sum + offset, 0) });
  }

  #over(reason: ChaosError): void {
    this.#incarnation?.end(reason);
    this.#incarnation = null;
    this.#reason = reason;
  }
}

function beginning(): Incarnation {
  let reject: (reason: ChaosError) => void = () => {};
  const ended = new Promise<never>((_, no) => {
    reject = no;
  });
  ended.catch(() => {});
  return {
    over: null,
    ended,
    end(reason) {
      this.over ??= reason;
      reject(reason);
    },
  };
}
