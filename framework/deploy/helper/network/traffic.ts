// Puts the classes for poor links in force on the devices that lead to them, and takes exactly them away again.
import { ChaosError } from '../../../contracts/error.js';
import type { MeasuredLink } from '../protocol.js';
import type { Address } from './address.js';
import { lackOfSlot, losesInQueue, parseQueues, parseRates } from './evidence.js';
import { refusal } from './filter.js';
import type { Run } from './run.js';
import type { Shape } from './shape.js';
import { changeClasses, HANDLE, type Placed, removeRoot, type Slot } from './tc-lines.js';

/** Of what the kernel has given a device by itself; whatever somebody has made has another one. */
const DEFAULT_HANDLE = '0:';

export interface Qdisc {
  kind: string;
  handle: string;
  device: string;
}

/** The root qdisc of each device, from what `tc qdisc show` prints. */
export function parseRoots(listing: string): Qdisc[] {
  return [...listing.matchAll(/^qdisc (\S+) (\S+) dev (\S+) root\b/gm)].map((match) => ({
    kind: match[1]!,
    handle: match[2]!,
    device: match[3]!,
  }));
}

/** A name of a device that means the same in a line of tc's input. */
const DEVICE = /^[\w.:@+-]{1,15}$/;

export class Traffic {
  readonly #run: Run;
  readonly #host: string;
  /** Folder of the tables for netem; made by the caller. */
  readonly #tables: string;
  /** Null: what is there has to be looked up. */
  #slots: Slot[] | null = null;
  /** A device has been changed by us. */
  #used = false;

  constructor(run: Run, host: string, tables: string) {
    this.#run = run;
    this.#host = host;
    this.#tables = tables;
  }

  /** True when it is known that none of our classes is there. */
  get isClean(): boolean {
    return this.#slots?.length === 0;
  }

  /** Where each shape belongs; throws where that device has a qdisc that somebody has put there. Changes nothing. */
  async place(shapes: readonly Shape[]): Promise<Placed[]> {
    if (shapes.length === 0) return [];
    const known = new Map(this.#slots?.map(({ device, shape }) => [shape.to.text, device]));
    const devices = await Promise.all(shapes.map(({ to }) => known.get(to.text) ?? this.#deviceTo(to)));
    const ours = new Set(this.#slots?.map(({ device }) => device));
    if (devices.some((device) => !ours.has(device))) {
      const roots = await this.#roots();
      for (const device of devices) this.#refuseForeign(roots, device);
    }
    return shapes.map((shape, i) => ({ device: devices[i]!, shape }));
  }

  /** Exactly these classes from now on. Rejects with ChaosError('network-rules'), and none is in force then. */
  async apply(wanted: readonly Placed[]): Promise<void> {
    if (this.#slots === null) await this.#removeAll();
    const { lines, after } = changeClasses(this.#slots ?? [], wanted);
    if (lines.length === 0) return;
    this.#slots = null;
    this.#used = true;
    const ran = await this.#batch(lines);
    if (ran.code !== 0) {
      // A class in the way, a device that was made anew: from the beginning.
      await this.#removeAll();
      const again = changeClasses([], wanted);
      const second = await this.#batch(again.lines);
      if (second.code !== 0) {
        await this.#removeAll();
        throw refusal(this.#host, 'tc', second);
      }
      this.#slots = again.after;
    } else this.#slots = after;
  }

  /** What the kernel has of these classes now, and what it has of ours besides. */
  async measured(): Promise<{ links: readonly MeasuredLink[]; stray: readonly string[] }> {
    if (!this.#used) return { links: [], stray: [] };
    const slots = this.#slots ?? [];
    const [listing, rates] = await Promise.all([this.#listing(), this.#rates(slots)]);
    const queues = parseQueues(listing);
    const of = ({ device, number }: Slot) => queues.find((one) => one.device === device && one.number === number);
    const links = slots.map((slot) => {
      const queue = of(slot);
      const missing = lackOfSlot(slot, queue, rates.get(slot.device)!);
      const lost = losesInQueue(slot.shape) ? (queue?.dropped ?? 0) : null;
      return { to: slot.shape.to.text, missing, lost, shaped: queue?.passed ?? 0 };
    });
    const known = new Set(slots.map(of));
    const devices = new Set(slots.map(({ device }) => device));
    const roots = parseRoots(listing).filter(({ handle, device }) => handle === HANDLE && !devices.has(device));
    const strayed = queues.filter((queue) => devices.has(queue.device) && !known.has(queue));
    return {
      links,
      stray: [
        ...roots.map(({ device }) => `the queues of chaos on ${device}`),
        ...strayed.map(({ kind, device, number }) => `a queue (${kind}) in class ${HANDLE}${number} of ${device}`),
      ],
    };
  }

  /** Whatever of ours is on any device, by its handle. */
  async #removeAll(): Promise<void> {
    const ours = (await this.#roots()).filter(({ handle }) => handle === HANDLE);
    this.#slots = null;
    if (ours.length > 0) {
      const ran = await this.#batch(ours.map(({ device }) => removeRoot(device)));
      if (ran.code !== 0) throw refusal(this.#host, 'tc', ran);
    }
    this.#slots = [];
  }

  async #roots(): Promise<Qdisc[]> {
    return parseRoots(await this.#listing());
  }

  async #listing(): Promise<string> {
    const ran = await this.#run(['tc', '-s', 'qdisc', 'show']);
    if (ran.code !== 0) throw refusal(this.#host, 'tc', ran);
    return ran.stdout;
  }

  /** By device, bits a second by the number of the class. */
  async #rates(slots: readonly Slot[]): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    const devices = [...new Set(slots.map(({ device }) => device))];
    const rates = devices.map(async (device) => {
      const { stdout } = await this.#run(['tc', 'class', 'show', 'dev', device]);
      return [device, parseRates(stdout)] as const;
    });
    return new Map(await Promise.all(rates));
  }

  #refuseForeign(roots: readonly Qdisc[], device: string): void {
    const foreign = roots.find(
      (root) => root.device === device && root.handle !== HANDLE && root.handle !== DEFAULT_HANDLE,
    );
    if (foreign === undefined) return;
    throw new ChaosError(
      'fault-unsupported',
      `${this.#host} has a queueing discipline of its own on ${device} (${foreign.kind} ${foreign.handle}), which must not be replaced`,
      { hint: `Remove it (tc qdisc del dev ${device} root), or use partition instead.` },
    );
  }

  async #deviceTo({ text }: Address): Promise<string> {
    const ran = await this.#run(['ip', '-o', 'route', 'get', text]);
    const device = /\bdev (\S+)/.exec(ran.stdout)?.[1];
    if (ran.code === 0 && device !== undefined && DEVICE.test(device)) return device;
    throw new ChaosError('network-rules', `${this.#host} has no route to ${text}`, {
      hint: 'Name the addresses by which hosts reach each other.',
    });
  }

  #batch(lines: readonly (readonly string[])[]) {
    const input = lines.map((line) => `${line.join(' ')}\n`).join('');
    return this.#run(['tc', '-batch', '-'], { input, env: { TC_LIB_DIR: this.#tables } });
  }
}
