// Random schedules: clients that know what they may read, under partitions, kills, pauses, lossy links and skewed clocks.
import type { Effect, Link } from '../../../framework/contracts/cluster.js';
import type { Body } from '../../../framework/contracts/message.js';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import { type BenchOptions, bench } from './bench.js';

export interface StormOptions extends BenchOptions {
  /** How long it rages, in simulated milliseconds. */
  duration: number;
  clients?: number;
  /** Mean pause of a client between two operations. */
  think?: number;
  /** Mean time between two faults, and how long each lasts on average. */
  every?: number;
  lasts?: number;
  /** Mean time between two changes of members, of whom there are at least two; left out: none change. */
  change?: number;
  /** Clocks run up to this much faster or slower. */
  drift?: number;
}

export interface Outcome {
  /** Laws of Raft that did not hold. */
  broken: string[];
  /** Reads that no order of operations explains. */
  wrong: string[];
  ok: number;
  failed: number;
  unknown: number;
  reigns: number;
  /** Changes of members that were committed. */
  changes: number;
}

/** A key has one writer, which writes 1, 2, 3, …: what a read may return is an interval, and writes of unknown outcome. */
class Register {
  readonly doubtful = new Set<number>();
  issued = 0;
  acknowledged = 0;
  seen = 0;
}

function fault(random: Random, nodes: readonly string[], leader: string | null, drift: number) {
  const shuffled = random.shuffle(nodes);
  const some = shuffled.slice(0, 1 + random.int(nodes.length));
  const between = (a: readonly string[], b: readonly string[]) => a.flatMap((x) => b.map((y): Link => [x, y]));
  const split = (size: number): Link[] => {
    const [a, b] = [shuffled.slice(0, size), shuffled.slice(size)];
    return [...between(a, b), ...(random.chance(0.25) ? [] : between(b, a))];
  };
  const target = leader !== null && random.chance(0.5) ? [leader] : some;
  switch (random.int(7)) {
    case 0:
      return { kind: 'cut' as const, links: split(1 + random.int(nodes.length - 1)) };
    case 1: {
      const rest = nodes.filter((id) => id !== leader);
      return {
        kind: 'cut' as const,
        links: leader === null ? [] : [...between([leader], rest), ...between(rest, [leader])],
      };
    }
    case 2:
    case 3:
      return { kind: 'kill' as const, nodes: target };
    case 4:
      return { kind: 'pause' as const, nodes: target };
    case 5:
      return { kind: 'degrade' as const, links: between(nodes, nodes) };
    default:
      return {
        kind: 'clock' as const,
        nodes: some,
        rates: some.map(() => (random.chance(0.5) ? 1 + drift : 1 / (1 + drift))),
      };
  }
}

export async function storm(options: StormOptions): Promise<Outcome> {
  const { duration, clients = 6, think = 20, every = 1000, lasts = 800, drift = 0.2 } = options;
  const outcome: Outcome = { broken: [], wrong: [], ok: 0, failed: 0, unknown: 0, reigns: 0, changes: 0 };
  const random = createRandom(options.seed ?? 1, 'storm');
  await bench(options, async (b) => {
    const { cluster, clock } = b;
    const end = clock.now() + duration * 1e6;
    const registers = Array.from({ length: clients }, () => new Register());
    let names = 0;

    function operate(thread: number, client: string, draws: Random): void {
      if (clock.now() >= end) return;
      const again = (name: string) =>
        clock.schedule(clock.now() + Math.round(draws.exponential(think) * 1e6), () => operate(thread, name, draws));
      const node = cluster.nodes[thread % cluster.nodes.length]!;
      const writes = draws.chance(0.5);
      const key = writes ? thread : draws.int(clients);
      const register = registers[key]!;
      const value = writes ? ++register.issued : 0;
      const least = Math.max(register.acknowledged, register.seen);
      let open = true;
      const done = (reply: Body | null) => {
        if (!open) return;
        open = false;
        if (reply === null) cluster.abandon(client);
        const code = reply?.type === 'error' ? (reply['code'] as number) : null;
        if (reply !== null && (code === null || code === 20)) {
          outcome.ok++;
          if (writes) register.acknowledged = value;
          else {
            const found = code === 20 ? 0 : (reply['value'] as number);
            if (found < least && !register.doubtful.has(found))
              outcome.wrong.push(`${client} read ${found} of key ${key}, at least ${least} was due`);
            if (found > register.issued)
              outcome.wrong.push(`${client} read ${found} of key ${key} before it was written`);
            register.seen = Math.max(register.seen, found);
          }
          again(client);
        } else if (code === 11) {
          outcome.failed++;
          again(client);
        } else {
          outcome.unknown++;
          if (writes) register.doubtful.add(value);
          again(`c${names++}`);
        }
      };
      cluster.request(client, node, writes ? { type: 'write', key, value } : { type: 'read', key }, done);
      clock.schedule(clock.now() + 1e9, () => done(null));
    }
    for (let i = 0; i < clients; i++) operate(i, `c${names++}`, random.derive('client', i));

    if (options.change !== undefined) {
      const draws = random.derive('changes');
      const again = (ms: number, client: string) =>
        clock.schedule(clock.now() + Math.round(ms * 1e6), () => change(client));
      const change = (client: string): void => {
        if (clock.now() >= end) return;
        const join = draws.shuffle(cluster.nodes).slice(0, 2 + draws.int(cluster.nodes.length - 1));
        const leave = cluster.nodes.filter((id) => !join.includes(id));
        const node = cluster.leader() ?? draws.shuffle(cluster.nodes)[0]!;
        let open = true;
        const done = (reply: Body | null) => {
          if (!open) return;
          open = false;
          if (reply === null) cluster.abandon(client);
          again(draws.exponential(options.change!), reply === null ? `c${names++}` : client);
        };
        cluster.request(client, node, { type: 'change', join, leave }, done);
        clock.schedule(clock.now() + 2e9, () => done(null));
      };
      again(draws.exponential(options.change), `c${names++}`);
    }

    const faults = random.derive('faults');
    const healing = new Set<() => Promise<void>>();
    while (clock.now() < end) {
      await b.sleep(faults.exponential(every));
      const chosen = fault(faults, cluster.nodes, cluster.leader(), drift);
      const effects: Effect[] = [];
      if (chosen.kind === 'cut') effects.push(await cluster.faults.cut(chosen.links));
      else if (chosen.kind === 'kill') effects.push(await cluster.faults.kill(chosen.nodes));
      else if (chosen.kind === 'pause') effects.push(await cluster.faults.pause(chosen.nodes));
      else if (chosen.kind === 'degrade') {
        const delay = { distribution: 'exponential' as const, mean: 20 };
        effects.push(await cluster.faults.degrade(chosen.links, { loss: 0.1, duplicate: 0.1, reorder: 0.2, delay }));
      } else {
        for (const [i, id] of chosen.nodes.entries())
          effects.push(await cluster.faults.clock([id], { rate: chosen.rates[i]! }));
      }
      const heal = async () => {
        healing.delete(heal);
        for (const effect of effects) await effect.heal();
      };
      healing.add(heal);
      clock.schedule(clock.now() + Math.round(faults.exponential(lasts) * 1e6), () => {
        clock.settle();
        void heal();
      });
    }
    for (const heal of [...healing]) await heal();
    await b.sleep(3000);
    if (options.change !== undefined) {
      const leave = cluster.nodes.slice(options.nodes ?? 5);
      const join = cluster.nodes.slice(0, options.nodes ?? 5);
      await b.change(join, leave);
      await b.sleep(2000);
    }
    // Liveness: whole again, the cluster serves every key.
    for (const node of cluster.nodes.slice(0, options.nodes ?? 5)) {
      const reply = await b.ask(node, { type: 'read', key: 0 }, { wait: 5000 });
      if (reply?.type !== 'read_ok' && reply?.['code'] !== 20 && reply?.['leader'] === undefined)
        outcome.wrong.push(`${node} does not serve: ${JSON.stringify(reply)}`);
    }
    outcome.broken = b.laws.broken;
    outcome.reigns = b.laws.reigns;
    outcome.changes = b.laws.changes;
    for (const e of b.events)
      if (e.kind === 'exit' && !e.fault) outcome.wrong.push(`${e.node}: ${e.detail} ${e.lines[1]}`);
  });
  return outcome;
}
