// What netem and htb are told for one link. netem is told in microseconds and percent, htb in bits a second.
import type { Delay, LinkQuality } from '../../../contracts/cluster.js';
import type { Milliseconds } from '../../../contracts/time.js';
import type { Address } from './address.js';

/** One class of what a host sends: everything to one address. */
export interface Shape {
  to: Address;
  /** Bits a second; null: as fast as it goes. */
  rate: number | null;
  /** What queues in the class: the arguments of `tc qdisc add`. */
  leaf: readonly string[];
}

/** How long a packet is held back so that others overtake it, where no delay says so: anything up to twice this. */
const HOLD: Milliseconds = 12.5;
/** How much of a link's rate may wait for it; packets beyond that are lost, as at a slow router. */
const QUEUE: Milliseconds = 400;
/** The kernel hands packets to a device in lumps of up to 64 KiB: a queue must take a few. */
const LEAST_QUEUE = 256 * 1024;
const MOST_PACKETS = 100_000;
const PACKET = 1500;

/** Null when nothing is wrong with the link. */
export function leafOf(quality: LinkQuality): Omit<Shape, 'to'> | null {
  const rate = quality.rate ?? null;
  const faults = netemFaults(quality);
  if (faults.length > 0) return { rate, leaf: ['netem', 'limit', String(packets(quality)), ...faults] };
  return rate === null ? null : { rate, leaf: ['bfifo', 'limit', String(Math.max(LEAST_QUEUE, bytesIn(rate, QUEUE)))] };
}

function netemFaults({ delay, loss = 0, duplicate = 0, reorder = 0, corrupt = 0 }: LinkQuality): string[] {
  const args: string[] = [];
  if (delay !== undefined && delay.mean + (delay.jitter ?? 0) > 0) {
    args.push(...delayed(delay));
    // netem sends that many at once: they overtake those that are delayed.
    if (reorder > 0) args.push('reorder', percent(reorder));
  } else if (reorder > 0) {
    args.push(...delayed({ distribution: 'uniform', mean: HOLD, jitter: HOLD }));
    if (reorder < 1) args.push('reorder', percent(1 - reorder));
  }
  if (loss > 0) args.push('loss', percent(loss));
  if (duplicate > 0) args.push('duplicate', percent(duplicate));
  if (corrupt > 0) args.push('corrupt', percent(corrupt));
  return args;
}

/** Without a table netem spreads delays evenly; the tables are ours (`distribution.ts`). */
function delayed({ distribution, mean, jitter = 0 }: Delay): string[] {
  switch (distribution) {
    case 'constant':
      return ['delay', micros(mean)];
    case 'uniform':
      return ['delay', micros(mean), ...(jitter > 0 ? [micros(jitter)] : [])];
    case 'normal':
      return ['delay', micros(mean), ...(jitter > 0 ? [micros(jitter), 'distribution', 'chaos-normal'] : [])];
    case 'exponential':
      return ['delay', micros(mean), micros(mean), 'distribution', 'chaos-exponential'];
  }
}

/** Room for all that is under way: without it netem would lose packets that only are delayed. */
function packets({ rate, delay }: LinkQuality): number {
  if (rate === undefined) return MOST_PACKETS;
  const time = QUEUE + 2 * ((delay?.mean ?? 0) + (delay?.jitter ?? 0));
  return Math.min(MOST_PACKETS, Math.max(100, Math.ceil(bytesIn(rate, time) / PACKET)));
}

function bytesIn(rate: number, time: Milliseconds): number {
  return Math.ceil((rate / 8000) * time);
}

function micros(time: Milliseconds): string {
  return `${Math.round(time * 1000)}us`;
}

function percent(probability: number): string {
  return `${(probability * 100).toFixed(6)}%`;
}
