// Random schedules: clients that know what they may read, under partitions, kills, pauses, lossy links and skewed clocks.
import type { Cluster, Effect, Link } from '../../../framework/contracts/cluster.js';
import type { Body } from '../../../framework/contracts/message.js';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import { type Bench, type BenchOptions, bench } from './bench.js';

export interface StormOptions extends BenchOptions {
  /** How long it rages, in simulated milliseconds. */
  duration: number;
  clients?: number;
  /** Mean pause of a client between two operations. */
  think?: number;
  /** Mean time between two faults, and how long each lasts on average. */
  every?: number;
  lasts?: number;
}

export interface Outcome {
  /** Laws that did not hold. */
  broken: string[];
  /** Reads that no order of operations explains. */
  wrong: string[];
  /** Nodes that stopped by themselves, and nodes that did not serve or agree in the end. */
  failed: string[];
  ok: number;
  reigns: number;
}

/** A key has one writer, which writes 1, 2, 3, …: a read returns what was seen last or later, or a write of unknown outcome. */
class Register {
  readonly doubtful = new Set<number>();
  issued = 0;
  least = 0;
}

const between = (a: readonly string[], b: readonly string[]) => a.flatMap((x) => b.map((y): Link => [x, y]));

async function inject(cluster: Cluster, random: Random): Promise<Effect[]> {
  const { faults, nodes } = cluster;
  const shuffled = random.shuffle(nodes);
  const primary = cluster.leader();
  const some = shuffled.slice(0, 1 + random.int(nodes.length));
  const target = primary !== null && random.chance(0.5) ? [primary] : some;
  const rest = nodes.filter((id) => !target.includes(id));
  switch (random.int(7)) {
    case 0:
      return [await faults.cut(between(target, rest))];
    case 1:
    case 2:
      return [await faults.cut([...between(target, rest), ...between(rest, target)])];
    case 3:
      return [await faults.kill(target)];
    case 4:
      return [await faults.pause(target)];
    case 5: {
      const delay = { distribution: 'exponential' as const, mean: 20 };
      return [await faults.degrade(between(nodes, nodes), { loss: 0.1, duplicate: 0.1, reorder: 0.2, delay })];
    }
    default: {
      const effects: Effect[] = [];
      for (const id of some) effects.push(await faults.clock([id], { rate: random.pick([0.7, 1.5]) }));
      return effects;
    }
  }
}

/** Client `thread` writes its own key and reads all keys until `end`. */
function operate(
  b: Bench,
  outcome: Outcome,
  registers: readonly Register[],
  thread: number,
  draws: Random,
  options: { think: number; end: number },
): void {
  const { clock, cluster } = b;
  const node = cluster.nodes[thread % cluster.nodes.length]!;
  let lives = 0;
  const next = (client: string) => {
    if (clock.now() >= options.end) return;
    const writes = draws.chance(0.5);
    const key = writes ? thread : draws.int(registers.length);
    const register = registers[key]!;
    const value = writes ? ++register.issued : 0;
    const { least } = register;
    let open = true;
    const done = (reply: Body | null) => {
      if (!open) return;
      open = false;
      if (reply === null) cluster.abandon(client);
      const code = reply?.type === 'error' ? (reply['code'] as number) : null;
      const answered = reply !== null && (code === null || code === 20);
      if (answered) {
        outcome.ok++;
        const found = writes ? value : code === 20 ? 0 : (reply['value'] as number);
        const known = found >= least || register.doubtful.has(found);
        if (!known || found > register.issued)
          outcome.wrong.push(`read ${found} of key ${key}, at least ${least} was due`);
        register.least = Math.max(register.least, found);
      } else if (code !== 11 && writes) register.doubtful.add(value);
      const name = answered || code === 11 ? client : `c${thread}-${++lives}`;
      clock.schedule(clock.now() + Math.round(draws.exponential(options.think) * 1e6), () => next(name));
    };
    cluster.request(client, node, writes ? { type: 'write', key, value } : { type: 'read', key }, done);
    clock.schedule(clock.now() + 1e9, () => done(null));
  };
  next(`c${thread}`);
}

export async function storm(options: StormOptions): Promise<Outcome> {
  const { duration, clients = 6, think = 20, every = 800, lasts = 700 } = options;
  const outcome: Outcome = { broken: [], wrong: [], failed: [], ok: 0, reigns: 0 };
  const random = createRandom(options.seed ?? 1, 'storm');
  await bench(options, async (b) => {
    const { clock, cluster } = b;
    const end = clock.now() + duration * 1e6;
    const registers = Array.from({ length: clients }, () => new Register());
    for (let i = 0; i < clients; i++) operate(b, outcome, registers, i, random.derive('client', i), { think, end });
    const faults = random.derive('faults');
    const healing = new Set<() => Promise<void>>();
    while (clock.now() < end) {
      await b.sleep(faults.exponential(every));
      const effects = await inject(cluster, faults);
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
    await b.sleep(4000);
    // Whole again, the cluster serves and agrees.
    for (const id of cluster.nodes) {
      const reply = await b.ask(id, { type: 'read', key: 0 }, { wait: 3000 });
      const served = reply?.type === 'read_ok' || reply?.['code'] === 20 || reply?.['leader'] !== undefined;
      if (!served) outcome.failed.push(`${id} does not serve: ${JSON.stringify(reply)}`);
    }
    await b.sleep(500);
    const states = new Set(cluster.nodes.map((id) => JSON.stringify(b.server(id).snapshot())));
    if (states.size > 1) outcome.failed.push(`${states.size} different states in the end`);
    outcome.broken = b.laws.broken;
    outcome.reigns = b.laws.reigns;
    for (const e of b.events) if (e.kind === 'exit' && !e.fault) outcome.failed.push(`${e.node}: ${e.detail}`);
  });
  return outcome;
}
