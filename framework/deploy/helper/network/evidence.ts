// Pure: what the kernel's tools print about the faults on what a host sends, read back as evidence that they are in force.
import type { Address } from './address.js';
import type { Shape } from './shape.js';
import { HANDLE, type Slot } from './tc-lines.js';

/** Packets that the losses in force have dropped, by address. */
export type Losses = ReadonlyMap<string, number>;

/** What is in the queue of one class of ours, and has been. */
export interface Queue {
  device: string;
  /** Number of its class. */
  number: number;
  kind: string;
  options: string;
  /** Packets that came, whatever became of them. */
  passed: number;
  dropped: number;
}

/** From what `iptables -v -S` prints; without the jump to our chain nothing in it is in force. */
export function parseLosses(listing: string): Losses {
  const losses = new Map<string, number>();
  if (!/^-A OUTPUT (?:-c \d+ \d+ )?-j CHAOS-OUT$/m.test(listing)) return losses;
  for (const match of listing.matchAll(/^-A CHAOS-OUT -d ([^/ ]+)\S* .*-c (\d+) \d+ -j DROP/gm)) {
    losses.set(match[1]!, Number(match[2]));
  }
  return losses;
}

/** From what `nft list table` prints. */
export function parseNftLosses(listing: string): Losses {
  const found = listing.matchAll(/^\s*ip6? daddr (\S+) .*counter packets (\d+) .*drop$/gm);
  return new Map([...found].map((match) => [match[1]!, Number(match[2])]));
}

/** The queues below our classes, from what `tc -s qdisc show` prints. */
export function parseQueues(listing: string): Queue[] {
  const pattern = new RegExp(
    `^qdisc (\\S+) \\S+ dev (\\S+) parent ${HANDLE}([0-9a-f]+)\\b(.*)\\n` +
      '\\s*Sent \\d+ bytes (\\d+) pkt \\(dropped (\\d+),.*(?:\\n\\s*backlog \\S+ (\\d+)p)?',
    'gm',
  );
  return [...listing.matchAll(pattern)].map(([, kind, device, number, options, sent, dropped, waiting = '0']) => ({
    device: device!,
    number: Number.parseInt(number!, 16),
    kind: kind!,
    options: options!.trim(),
    passed: Number(sent) + Number(dropped) + Number(waiting),
    dropped: Number(dropped),
  }));
}

const UNITS: Readonly<Record<string, number>> = { bit: 1, Kbit: 1e3, Mbit: 1e6, Gbit: 1e9, Tbit: 1e12 };

/** Bits a second of our classes of one device, by their numbers, from what `tc class show` prints (three digits or more). */
export function parseRates(listing: string): ReadonlyMap<number, number> {
  const rates = new Map<number, number>();
  const pattern = new RegExp(`^class htb ${HANDLE}([0-9a-f]+) .*\\brate (\\d+)([KMGT]?bit)\\b`, 'gm');
  for (const [, number, amount, unit] of listing.matchAll(pattern)) {
    rates.set(Number.parseInt(number!, 16), Number(amount) * UNITS[unit!]!);
  }
  return rates;
}

/** How far a rate may be from what it should be: tools print it rounded. */
const ROUNDED = 0.02;
const NETEM_FAULTS = ['delay', 'loss', 'duplicate', 'reorder', 'corrupt'];

/** What the kernel lacks of a class, in words; null: nothing. */
export function lackOfSlot(
  { shape, number }: Slot,
  queue: Queue | undefined,
  rates: ReadonlyMap<number, number>,
): string | null {
  const rate = rates.get(number);
  if (queue === undefined || rate === undefined) return `the queue for what is sent to ${shape.to.text} is not there`;
  if (shape.rate !== null && Math.abs(rate - shape.rate) > shape.rate * ROUNDED && shape.rate >= 8) {
    return `the rate to ${shape.to.text} is ${rate} bit/s instead of ${shape.rate}`;
  }
  const [kind] = shape.leaf;
  if (queue.kind !== kind) return `the queue for what is sent to ${shape.to.text} is ${queue.kind} instead of ${kind}`;
  const faults = kind === 'netem' ? NETEM_FAULTS.filter((fault) => shape.leaf.includes(fault)) : [];
  const lacking = faults.filter((fault) => !new RegExp(`\\b${fault}\\b`).test(queue.options));
  return lacking.length === 0 ? null : `netem does no ${lacking.join(' and ')} of what is sent to ${shape.to.text}`;
}

/** Whether netem loses packets on purpose. */
export function losesInQueue({ leaf }: Shape): boolean {
  return leaf[0] === 'netem' && leaf.includes('loss');
}

/** The addresses that should have a loss and have none. */
export function missingLoss(to: Address): string {
  return `the rule that loses packets to ${to.text} is not there`;
}
