// Random schedules: clients that know what they may read, under partitions, kills, pauses, lossy links and skewed clocks.
import type { Effect, Link } from '../../../framework/contracts/cluster.js';
import type { Body } from '../../../framework/contracts/message.js';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import { type Bench, type BenchOptions, bench } from './bench.js';

export interface StormOptions extends BenchOptions {
  /** How long it rages, in simulated milliseconds. */
  duration: number;
  /** Mean time between two faults, and how long each lasts on average. */
  every?: number;
  lasts?: number;
}

export interface Outcome {
  /** Laws of Zab that did not hold. */
  broken: string[];
  /** Reads that must not have been, and nodes that did not serve in the end. */
  wrong: string[];
  ok: number;
  epochs: number;
}

const CLIENTS = 6;
const THINK = 20;

/** A key has one writer, which writes 1, 2, 3, …: what a read may return is at least what was acknowledged or seen. */
interface Register {
  issued: number;
  acknowledged: number;
  seen: number;
  readonly doubtful: Set<number>;
}

async function fault({ cluster, isolate }: Bench, random: Random): Promise<Effect | { heal(): Promise<void> }> {
  const { faults, nodes } = cluster;
  const some = random.shuffle(nodes).slice(0, 1 + random.int(nodes.length));
  const leader = cluster.leader() ?? some[0]!;
  const rest = nodes.filter((id) => !some.includes(id));
  const all = nodes.flatMap((a) => nodes.map((b): Link => [a, b]));
  switch (random.int(7)) {
    case 0:
      return isolate(leader);
    case 1:
      return isolate(...some);
    case 2:
      return faults.cut(some.flatMap((a) => rest.map((b): Link => [a, b])));
    case 3:
      return faults.kill(some);
    case 4:
      return faults.kill([leader]);
    case 5:
      return faults.pause(random.chance(0.5) ? [leader] : some);
    default:
      return random.chance(0.5)
        ? faults.degrade(all, { loss: 0.1, duplicate: 0.2, reorder: 0.3 })
        : faults.clock(some, { rate: random.chance(0.5) ? 1.5 : 0.6 });
  }
}

export async function storm(options: StormOptions): Promise<Outcome> {
  const { duration, every = 800, lasts = 700 } = options;
  const local = options.zab?.reads === 'local';
  const outcome: Outcome = { broken: [], wrong: [], ok: 0, epochs: 0 };
  const random = createRandom(options.seed ?? 1, 'storm');
  await bench(options, async (b) => {
    const { cluster, clock } = b;
    const end = clock.now() + duration * 1e6;
    const registers = Array.from(
      { length: CLIENTS },
      (): Register => ({ issued: 0, acknowledged: 0, seen: 0, doubtful: new Set() }),
    );
    let names = 0;

    /** What this client has seen of each key: all that holds for local reads. */
    function operate(thread: number, client: string, draws: Random, own: number[]): void {
      if (clock.now() >= end) return;
      const pause = Math.round(draws.exponential(THINK) * 1e6);
      const node = cluster.nodes[thread % cluster.nodes.length]!;
      const writes = draws.chance(0.5);
      const key = writes ? thread : draws.int(CLIENTS);
      const register = registers[key]!;
      const value = writes ? ++register.issued : 0;
      const least = local ? own[key]! : Math.max(register.acknowledged, register.seen);
      let open = true;
      const done = (reply: Body | null) => {
        if (!open) return;
        open = false;
        if (reply === null) cluster.abandon(client);
        const code = reply?.type === 'error' ? reply['code'] : null;
        const again = (name: string, seen: number[]) =>
          clock.schedule(clock.now() + pause, () => operate(thread, name, draws, seen));
        if (reply === null || (code !== null && code !== 20 && code !== 11)) {
          if (writes) register.doubtful.add(value);
          again(
            `c${names++}`,
            own.map(() => 0),
          );
          return;
        }
        if (code !== 11) {
          outcome.ok++;
          const found = writes ? value : code === 20 ? 0 : (reply['value'] as number);
          if (writes) register.acknowledged = value;
          else if (found > register.issued || (found < least && !register.doubtful.has(found))) {
            outcome.wrong.push(`${client} read ${found} of key ${key}: ${least} to ${register.issued} were due`);
          }
          register.seen = Math.max(register.seen, found);
          own[key] = Math.max(own[key]!, found);
        }
        again(client, own);
      };
      cluster.request(client, node, writes ? { type: 'write', key, value } : { type: 'read', key }, done);
      clock.schedule(clock.now() + 1e9, () => done(null));
    }
    for (let i = 0; i < CLIENTS; i++)
      operate(
        i,
        `c${names++}`,
        random.derive('client', i),
        registers.map(() => 0),
      );

    const faults = random.derive('faults');
    const healing = new Set<() => Promise<void>>();
    while (clock.now() < end) {
      await b.sleep(faults.exponential(every));
      const effect = await fault(b, faults);
      const heal = async () => {
        if (healing.delete(heal)) await effect.heal();
      };
      healing.add(heal);
      clock.schedule(clock.now() + Math.round(faults.exponential(lasts) * 1e6), () => {
        clock.settle();
        void heal();
      });
    }
    for (const heal of [...healing]) await heal();
    await b.sleep(3000);
    // Liveness: whole again, the cluster serves every key.
    for (const node of cluster.nodes) {
      const reply = await b.ask(node, { type: 'read', key: 0 }, { wait: 3000 });
      if (reply?.type !== 'read_ok' && reply?.['code'] !== 20) {
        outcome.wrong.push(`${node} does not serve: ${JSON.stringify(reply)}`);
      }
    }
    outcome.broken = b.laws.broken;
    outcome.epochs = b.laws.epochs;
    for (const e of b.events) if (e.kind === 'exit' && !e.fault) outcome.wrong.push(`${e.node}: ${e.detail}`);
  });
  return outcome;
}
