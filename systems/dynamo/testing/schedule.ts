// For tests: random schedules on the bench, which reorder, lose and repeat messages, kill nodes and change members far more than
// a network does.
import type { Body } from '../../../framework/contracts/message.js';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import type { DynamoOptions } from '../options.js';
import { Bench } from './bench.js';

export interface Write {
  value: number;
  begin: number;
  /** Infinity: never acknowledged. */
  end: number;
}

export interface Read {
  value: unknown;
  begin: number;
}

export interface Played {
  bench: Bench;
  writes: Write[];
  reads: Read[];
}

interface Schedule {
  seed: number;
  nodes: number;
  spares?: number;
  options?: Partial<DynamoOptions>;
  steps?: number;
  /** What clients ask for: one register, or the set. */
  of: 'register' | 'set';
  /** Nodes are cut off from each other now and then. */
  partitions?: boolean;
  /** When nodes crash: at any time, or only when all that they coordinate has ended, so that they have noted every hint. */
  crashes?: 'any' | 'between-requests';
}

/** Random steps; an operation's times are step numbers. Members change when there are spares. */
export function play(schedule: Schedule): Played {
  const { seed, nodes, spares = 0, options, steps = 1200, of, partitions = false, crashes = 'any' } = schedule;
  const random = createRandom(seed, 'schedule');
  const bench = new Bench(nodes, { 'compact-after': 5, ...options }, spares);
  const open: { write: Write | null; begin: number; answer: () => Body | null }[] = [];
  const played: Played = { bench, writes: [], reads: [] };
  let side = new Set<string>();
  bench.passes = ({ src, dest }) => side.has(src) === side.has(dest);

  const ask = (step: number, node: string) => {
    if (random.chance(0.5)) {
      const write = { value: played.writes.length + 1, begin: step, end: Number.POSITIVE_INFINITY };
      played.writes.push(write);
      const { value } = write;
      const body = of === 'set' ? { type: 'add', element: value } : { type: 'write', key: 'x', value };
      open.push({ write, begin: step, answer: bench.ask(node, body) });
    } else {
      const body = of === 'set' ? { type: 'read' } : { type: 'read', key: 'x' };
      open.push({ write: null, begin: step, answer: bench.ask(node, body) });
    }
  };

  const collect = (step: number) => {
    for (const asked of [...open]) {
      const body = asked.answer();
      if (body === null) continue;
      open.splice(open.indexOf(asked), 1);
      if (asked.write !== null && body.type !== 'error') asked.write.end = step;
      else if (body.type === 'read_ok') played.reads.push({ value: body['value'], begin: asked.begin });
      else if (body['code'] === 20) played.reads.push({ value: null, begin: asked.begin });
    }
  };

  for (let step = 0; step < steps; step++) {
    const node = random.pick(bench.all);
    const dice = random.float();
    if (dice < 0.04) ask(step, random.pick(bench.names));
    else if (dice < 0.05) {
      if (crashes === 'between-requests') endRequests(bench, node);
      if (dice < 0.045) bench.restart(node);
      else bench.toggle(node);
    } else if (dice < 0.08) bench.fire(node, random.pick(['resend', 'resend', 'handoff', 'gossip', 'change']));
    else if (dice < 0.083 && partitions)
      side = new Set(random.chance(0.5) ? [] : random.shuffle(bench.all).slice(0, 2));
    else if (dice < 0.086 && spares > 0) change(bench, random);
    else bench.deliverOne(random);
    collect(step);
  }
  return played;
}

/** Everything heals, and time passes. */
export function heal({ bench }: Played): void {
  bench.passes = () => true;
  for (const name of bench.all) if (!bench.runs(name)) bench.start(name);
  bench.deliver();
  bench.calm(40);
}

/** The node hears no more and gives up what it coordinates. */
function endRequests(bench: Bench, node: string): void {
  while (bench.timers(node).includes('resend')) bench.fire(node, 'resend');
}

function change(bench: Bench, random: Random): void {
  const [one, other] = random.shuffle(bench.all);
  const leave = random.chance(0.5) ? [other!] : [];
  bench.ask(random.pick(bench.all), { type: 'change', join: [one!], leave, cluster: 'dynamo' });
}

/**
 * A read of a register is regular when it returns a value that is not older than a write which was acknowledged before the read
 * began. Null when all are, otherwise what is wrong.
 */
export function oldRead({ writes, reads }: Played): string | null {
  for (const read of reads) {
    const seen = writes.find(({ value }) => value === read.value);
    if (read.value !== null && seen === undefined) return `${read.value} was never written`;
    const missed = writes.find(({ begin, end }) => end < read.begin && (seen?.end ?? -1) < begin);
    if (missed !== undefined) return `a read of ${read.value} from step ${read.begin} misses ${missed.value}`;
  }
  return null;
}

/** Acknowledged elements that no home node of the set holds. */
export function goneElements({ bench, writes }: Played): number[] {
  const held = new Set(bench.homes('set').flatMap((home) => bench.held(home, 'set').flat()));
  return writes
    .filter(({ value, end }) => end < Number.POSITIVE_INFINITY && !held.has(value))
    .map(({ value }) => value);
}

/** Acknowledged elements that a read of the set through some node lacks. */
export function lostElements({ bench, writes }: Played): number[] {
  const lost = new Set<number>();
  for (const node of bench.names) {
    const answer = bench.answer(node, { type: 'read' });
    const found = new Set((answer?.['value'] ?? []) as unknown[]);
    for (const { value, end } of writes) if (end < Number.POSITIVE_INFINITY && !found.has(value)) lost.add(value);
  }
  return [...lost];
}
