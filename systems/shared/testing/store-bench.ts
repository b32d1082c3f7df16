// For tests: a simulated cluster of a store on a replicated log, whose nodes can be looked into and whose protocol's laws are
// checked after every step.
import { defineSystem } from '../../../framework/contracts/define.js';
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment } from '../../../framework/contracts/protocol.js';
import type { ReplicatedLog } from '../replicated-log.js';
import type { StoreServer } from '../store-server.js';
import { type ClusterOptions, type Simulated, simulate } from './simulated-cluster.js';

/** What must hold whatever happens. */
export interface Laws<L> {
  /** What did not, in words. */
  readonly broken: string[];
  /** Times that somebody came to lead. */
  readonly reigns: number;
  /** Sees a node after each of its steps. */
  observe(log: L): void;
  /** Sees a message before a node does. */
  hears?(message: Message): void;
}

/** A store, as the bench needs to know it. */
export interface Store<L extends ReplicatedLog, O extends object, W extends Laws<L>> {
  server(env: Environment, options: O): StoreServer<L>;
  readonly defaults: O;
  laws(): W;
  /** A node that leads serves, `followers` (itself included) of the `up` nodes that run being with it. */
  serves(leader: L, followers: number, up: number): boolean;
  /** What a message counts as beside its type. */
  parts?(message: Message): readonly string[];
  readonly volatile?: (options: O) => boolean;
}

export interface StoreOptions<O> extends ClusterOptions {
  with?: Partial<O>;
}

export interface StoreBench<L extends ReplicatedLog, W extends Laws<L>> extends Simulated {
  readonly laws: W;
  /** Messages that nodes have received, by type. */
  readonly traffic: Map<string, number>;
  log(id: string): L;
  server(id: string): StoreServer<L>;
  /** Hands a message to a node as if it had come from the network. */
  give(message: Message): void;
  /** All that a node knows of keys and clients. */
  state(id: string): string;
  /** Waits until exactly one running node leads, and serves; returns it. `except`: do not count, nor matter. */
  leader(except?: readonly string[]): Promise<string>;
  /** Writes 0, 1, 2, … to seven keys in turn through a node; throws when a write fails. */
  fill(node: string, count: number): Promise<void>;
}

export const read = (key: unknown): Body => ({ type: 'read', key });
export const write = (key: unknown, value: unknown): Body => ({ type: 'write', key, value });
export const cas = (key: unknown, from: unknown, to: unknown): Body => ({ type: 'cas', key, from, to });

/** Runs a test on a fresh cluster of this store. */
export type RunStore<L extends ReplicatedLog, O extends object, W extends Laws<L>> = (
  options: StoreOptions<O>,
  body: (bench: StoreBench<L, W>) => Promise<void>,
) => Promise<void>;

export function benchOf<L extends ReplicatedLog, O extends object, W extends Laws<L>>(
  store: Store<L, O, W>,
): RunStore<L, O, W> {
  return async (options, body) => {
    const servers = new Map<string, StoreServer<L>>();
    const laws = store.laws();
    const traffic = new Map<string, number>();
    const count = (what: string) => traffic.set(what, (traffic.get(what) ?? 0) + 1);
    const system = defineSystem<O>({
      name: 'store',
      summary: '',
      workloads: [],
      nodes: (env, values) => {
        const server = store.server(env, values);
        servers.set(env.id, server);
        return {
          start: () => {
            server.start();
            laws.observe(server.log);
          },
          receive: (message) => {
            count(message.body.type);
            for (const part of store.parts?.(message) ?? []) count(part);
            laws.hears?.(message);
            server.receive(message);
            laws.observe(server.log);
          },
          timeout: (timer) => {
            server.timeout(timer);
            laws.observe(server.log);
          },
        };
      },
      ...(store.volatile === undefined ? {} : { volatile: store.volatile }),
    });
    await simulate(system, { ...store.defaults, ...options.with }, options, async (simulated) => {
      const { cluster, others, ask, sleep } = simulated;
      const server = (id: string) => servers.get(id)!;
      const log = (id: string) => server(id).log;
      const leader = async (except: readonly string[] = []) => {
        for (let tries = 0; tries < 1000; tries++) {
          const up = others(...except).filter((id) => !cluster.isDown(id));
          const [first, rival] = up.filter((id) => log(id).leads && log(id).leader === id);
          if (first !== undefined && rival === undefined) {
            const followers = up.filter((id) => log(id).leader === first).length;
            if (store.serves(log(first), followers, up.length)) return first;
          }
          await sleep(10);
        }
        throw new Error('no leader within ten seconds');
      };
      const fill = async (node: string, count: number) => {
        for (let i = 0; i < count; i++) {
          const reply = await ask(node, write(i % 7, i));
          if (reply?.type !== 'write_ok') throw new Error(`${node} did not write: ${JSON.stringify(reply)}`);
        }
      };
      const give = (message: Message) => server(message.dest).receive(message);
      const state = (id: string) => JSON.stringify(server(id).snapshot());
      await body({ ...simulated, laws, traffic, log, server, give, state, leader, fill });
    });
  };
}
