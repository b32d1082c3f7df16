// The programs that speak the Maelstrom protocol for nodes of any kind: one for each node, beside us, and none outlives us.
import type { NodeEvent } from '../../contracts/cluster.js';
import type { Body } from '../../contracts/message.js';
import type { Clock } from '../../contracts/time.js';
import type { Clients } from '../clients.js';
import { Watchdog } from '../local/watchdog.js';
import { Bridge, type BridgeProgram } from './bridge.js';

export interface BridgesOptions {
  /** By node. */
  programs: ReadonlyMap<string, BridgeProgram>;
  /** All nodes, as `init` names them. */
  nodes: readonly string[];
  clients: Clients;
  /** What a program writes to stderr goes to `<folder>/<node>/client.log`. */
  folder: string;
  event: (event: NodeEvent) => void;
  clock: Clock;
}

export class Bridges {
  readonly #bridges = new Map<string, Bridge>();
  readonly #watchdog = new Watchdog();

  constructor({ programs, nodes, clients, folder, event, clock }: BridgesOptions) {
    for (const [node, program] of programs) {
      const options = { node, nodes, program, clients, watchdog: this.#watchdog, event, clock };
      this.#bridges.set(node, new Bridge({ ...options, folder: `${folder}/${node}` }));
    }
  }

  /** Resolves when every program has answered `init`; rejects as the first that does not (see `Bridge.start`), and stops all. */
  async start(): Promise<void> {
    this.#watchdog.start();
    try {
      await Promise.all([...this.#bridges.values()].map((bridge) => bridge.start()));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Hands a client's request to the program of a node. The body has its `msg_id`; the answer goes to `clients`. */
  request(node: string, src: string, body: Body): void {
    this.#bridges.get(node)?.request(src, body);
  }

  /** Nothing of the programs is left when this resolves. Safe at any time. */
  async stop(): Promise<void> {
    await Promise.all([...this.#bridges.values()].map((bridge) => bridge.stop()));
    await this.#watchdog.stop();
  }
}
