import { describe, expect, it } from 'vitest';
import { defineSystem } from '../../framework/contracts/define.js';
import type { Body, Message } from '../../framework/contracts/message.js';
import type { Environment, Protocol } from '../../framework/contracts/protocol.js';
import { Scopes } from '../../framework/contracts/scopes.js';
import sim from '../../framework/deploy/sim/index.js';
import { createRandom } from '../../framework/time/random.js';
import { virtualWorld } from '../../framework/time/virtual.js';
import { Server } from './server.js';
import { DEFAULTS } from './testing/bench.js';

/** A node with two groups, each a Raft of its own. */
class TwoGroups implements Protocol {
  readonly #scopes: Scopes;
  readonly #groups: Server[];

  constructor(env: Environment) {
    this.#scopes = new Scopes(env);
    this.#groups = ['left', 'right'].map((name) => this.#scopes.add(name, (inner) => new Server(inner, DEFAULTS)));
  }

  start(): void {
    for (const group of this.#groups) group.start();
  }

  receive(message: Message): void {
    this.#scopes.receive(message);
  }

  timeout(timer: string): void {
    this.#scopes.timeout(timer);
  }
}

describe('Raft inside a scope', () => {
  it('two groups on the same nodes keep apart, also after all nodes were killed', async () => {
    const { clock, drive } = virtualWorld();
    await drive(async () => {
      const cluster = await sim.provision({
        options: { latency: 1, distribution: 'exponential', jitter: 0, sync: 0.2, freeze: false },
        nodes: ['n1', 'n2', 'n3'],
        system: defineSystem({ name: 'two', summary: '', workloads: [], nodes: (env) => new TwoGroups(env) }),
        source: { kind: 'builtin', name: 'two' },
        systemOptions: {},
        clock,
        random: createRandom(1, 'deploy'),
        folder: null,
        services: [],
        logMessages: false,
        event: () => {},
        keep: false,
      });
      let clients = 0;
      const ask = (body: Body) =>
        new Promise<Body>((resolve) => {
          cluster.request(`c${clients++}`, 'n2', body, (reply) => {
            clock.settle();
            resolve(reply);
          });
        });
      await cluster.start();
      await clock.sleep(2000);
      for (const scope of ['left', 'right']) {
        expect(await ask({ type: 'write', key: 1, value: scope, scope })).toMatchObject({ type: 'write_ok' });
      }
      const kill = await cluster.faults.kill(cluster.nodes);
      await kill.heal();
      await clock.sleep(2000);
      for (const scope of ['left', 'right']) {
        expect(await ask({ type: 'read', key: 1, scope })).toMatchObject({ type: 'read_ok', value: scope });
      }
      await cluster.stop();
    });
  });
});
