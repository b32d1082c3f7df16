// For tests: random schedules. Clients that know what they may read, under partitions, kills, pauses, lossy links and clocks
// that drift; then peace, in which all must serve and agree.
import type { Body } from '../../../framework/contracts/message.js';
import type { Random } from '../../../framework/contracts/random.js';
import { NS_PER_MS } from '../../../framework/contracts/time.js';
import { createRandom } from '../../../framework/time/random.js';
import clock from '../../../nemeses/clock.js';
import kill from '../../../nemeses/kill.js';
import network from '../../../nemeses/network.js';
import partition from '../../../nemeses/partition.js';
import pause from '../../../nemeses/pause.js';
import type { ReplicatedLog } from '../replicated-log.js';
import { type Fault, rage } from './random-faults.js';
import type { Simulated } from './simulated-cluster.js';
import { type Laws, type RunStore, read, type StoreBench, type StoreOptions, write } from './store-bench.js';

export interface StormOptions<O> extends StoreOptions<O> {
  /** How long it rages, in simulated milliseconds. */
  duration: number;
  clients?: number;
  /** Mean pause of a client between two operations. */
  think?: number;
  /** Mean milliseconds between two faults. */
  every?: number;
  /** Clocks run up to this much faster or slower. */
  drift?: number;
  /** Reads are promised only what their own client has seen. */
  sessions?: boolean;
}

export interface Outcome<W> {
  laws: W;
  /** Laws that did not hold. */
  broken: string[];
  /** Reads that no order of operations explains. */
  wrong: string[];
  /** Nodes that stopped by themselves, and nodes that did not serve or agree in the end. */
  failed: string[];
  ok: number;
  reigns: number;
}

export const NO_FAULTS = { broken: [], wrong: [], failed: [] };
/** All that is wrong. */
export const faultsOf = ({ broken, wrong, failed }: Outcome<unknown>) => ({ broken, wrong, failed });

/** What goes on beside clients and faults, until the instant `end`; what it returns is done when all is healed. */
export type Beside<L extends ReplicatedLog, W extends Laws<L>> = (
  bench: StoreBench<L, W>,
  random: Random,
  end: number,
) => () => Promise<void>;

const faults = (drift: number): Fault[] => [
  [partition, {}, 'all'],
  [partition, { shapes: ['isolate-leader'] }, 'all'],
  [kill, {}, 'some'],
  [kill, {}, 'leader'],
  [pause, {}, 'some'],
  [pause, {}, 'leader'],
  [network, { loss: 0.1, duplicate: 0.1, reorder: 0.2, delay: { distribution: 'exponential', mean: 20 } }, 'all'],
  [clock, { drift }, 'some'],
];

/** A key has one writer, which writes 1, 2, 3, …: a read returns what was seen last or later, or a write of unknown outcome. */
class Register {
  readonly doubtful = new Set<number>();
  issued = 0;
  /** The latest that was acknowledged or read. */
  least = 0;
}

interface Load {
  readonly simulated: Simulated;
  readonly registers: readonly Register[];
  readonly outcome: Outcome<unknown>;
  readonly end: number;
  readonly think: number;
  readonly sessions: boolean;
}

/** Client `thread` writes its own key and reads all keys. */
function operate(load: Load, thread: number, draws: Random): void {
  const { simulated, registers, outcome, end, think, sessions } = load;
  const { cluster, clock } = simulated;
  const node = cluster.nodes[thread % cluster.nodes.length]!;
  let life = 0;
  /** By key, the latest that this life has seen. */
  let own = registers.map(() => 0);
  const next = () => {
    if (clock.now() >= end) return;
    const client = `c${thread}-${life}`;
    const writes = draws.chance(0.5);
    const key = writes ? thread : draws.int(registers.length);
    const register = registers[key]!;
    const value = writes ? ++register.issued : 0;
    const least = sessions ? own[key]! : register.least;
    const done = (reply: Body | null) => {
      const code = reply?.type === 'error' ? (reply['code'] as number) : null;
      if (reply !== null && (code === null || code === 20)) {
        outcome.ok++;
        const found = writes ? value : code === 20 ? 0 : (reply['value'] as number);
        if (found > register.issued || (found < least && !register.doubtful.has(found))) {
          outcome.wrong.push(`${client} read ${found} of key ${key}: ${least} to ${register.issued} were due`);
        }
        register.least = Math.max(register.least, found);
        own[key] = Math.max(own[key]!, found);
      } else if (code !== 11) {
        if (writes) register.doubtful.add(value);
        life++;
        own = own.map(() => 0);
      }
      clock.schedule(clock.now() + Math.round(draws.exponential(think) * NS_PER_MS), next);
    };
    simulated.request(client, node, writes ? write(key, value) : read(key), 1000, done);
  };
  next();
}

/** Whole again, the first members serve and agree. */
async function judge<L extends ReplicatedLog, W extends Laws<L>>(
  bench: StoreBench<L, W>,
  members: readonly string[],
  failed: string[],
): Promise<void> {
  for (const id of members) {
    const reply = await bench.ask(id, read(0), { wait: 5000 });
    const serves = reply?.type === 'read_ok' || reply?.['code'] === 20 || reply?.['leader'] !== undefined;
    if (!serves) failed.push(`${id} does not serve: ${JSON.stringify(reply)}`);
  }
  await bench.sleep(500);
  const states = new Set(members.map((id) => bench.state(id)));
  if (states.size > 1) failed.push(`${states.size} different states in the end`);
  for (const event of bench.events) {
    if (event.kind === 'exit' && !event.fault) failed.push(`${event.node}: ${event.detail} ${event.lines[1]}`);
  }
}

export async function storm<L extends ReplicatedLog, O extends object, W extends Laws<L>>(
  run: RunStore<L, O, W>,
  options: StormOptions<O>,
  beside?: Beside<L, W>,
): Promise<Outcome<W>> {
  const { duration, nodes = 5, clients = 6, think = 20, every = 400, drift = 0.3, sessions = false } = options;
  const random = createRandom(options.seed ?? 1, 'storm');
  let outcome: Outcome<W> | null = null;
  await run(options, async (bench) => {
    const { cluster, clock, laws } = bench;
    const end = clock.now() + duration * NS_PER_MS;
    const result: Outcome<W> = { laws, broken: laws.broken, wrong: [], failed: [], ok: 0, reigns: 0 };
    const registers = Array.from({ length: clients }, () => new Register());
    const load = { simulated: bench, registers, outcome: result, end, think, sessions };
    for (let i = 0; i < clients; i++) operate(load, i, random.derive('client', i));
    const settle = beside?.(bench, random.derive('beside'), end);
    await rage(bench, faults(drift), random.derive('faults'), { every, end });
    await bench.sleep(4000);
    await settle?.();
    await judge(bench, cluster.nodes.slice(0, nodes), result.failed);
    result.reigns = laws.reigns;
    outcome = result;
  });
  return outcome!;
}
