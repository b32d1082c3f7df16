// What nodes are told before the load, and again when they start anew.
import { describe, expect, it } from 'vitest';
import { defaultCatalog } from '../catalog/catalog.js';
import type { Cluster } from '../contracts/cluster.js';
import type { Body } from '../contracts/message.js';
import { loadPlanText } from '../plan/load.js';
import { virtualWorld } from '../time/virtual.js';
import { Setup } from './setup.js';

interface Told {
  client: string;
  node: string;
  body: Body;
}

/** A set-up for the workload, and a cluster that answers as `answer` says. */
async function make(workload: string, answer: (node: string) => Body | null) {
  const text = `name: x\nsystem: { use: maelstrom, nodes: 3, with: { bin: "true" } }\nworkload: ${workload}\n`;
  const [plan] = await loadPlanText(text, null, { catalog: defaultCatalog(), variables: {}, set: [] });
  const { clock, drive } = virtualWorld();
  const told: Told[] = [];
  const request = (client: string, node: string, body: Body, reply: (body: Body) => void) => {
    body.msg_id = told.length;
    told.push({ client, node, body });
    const reaction = answer(node);
    if (reaction !== null) clock.at(clock.now() + 1, () => reply(reaction));
  };
  const cluster = { request } as Partial<Cluster> as Cluster;
  const setup = new Setup(plan!, clock);
  return { setup, told, tell: () => drive(() => setup.tell(cluster)) };
}

const OK = { type: 'topology_ok' } as const;

describe('what a workload wants nodes to know', () => {
  it('is told to every node, by clients that are called like those of the load', async () => {
    const { told, tell } = await make('broadcast', () => OK);
    await tell();
    expect(told.map(({ node, body }) => [node, body.type])).toEqual([
      ['n0', 'topology'],
      ['n1', 'topology'],
      ['n2', 'topology'],
    ]);
    expect(told[0]?.body['topology']).toMatchObject({ n0: ['n1', 'n2'] });
    for (const { client } of told) expect(client).toMatch(/^c\d+$/);
  });

  it('is told again to a node that starts anew, not to one that starts before', async () => {
    const { setup, told, tell } = await make('broadcast', () => OK);
    setup.started('n1');
    expect(told).toEqual([]);
    await tell();
    setup.started('n1');
    setup.started('n2');
    expect(told.slice(3).map(({ node }) => node)).toEqual(['n1', 'n2']);
    expect(new Set(told.slice(3).map(({ client }) => client)).size).toBe(2);
    expect(told[3]?.body).toMatchObject({ type: 'topology', topology: told[0]?.body['topology'] });
    expect(told[3]?.body).not.toBe(told[1]?.body);
  });

  it('is nothing for most workloads', async () => {
    const { setup, told, tell } = await make('echo', () => OK);
    await tell();
    setup.started('n0');
    expect([setup.size, told]).toEqual([0, []]);
  });

  it.each([
    ['refused', { type: 'error', code: 10, text: 'no such request' }, "n0 refused 'topology': no such request"],
    ['refused without a word', { type: 'error', code: 10 }, "n0 refused 'topology': error 10"],
    ['not answered', null, "n0 did not answer 'topology' within 2000 ms"],
  ])('fails the run when it is %s, and says what is expected', async (_, reaction, message) => {
    const { tell } = await make('broadcast', () => reaction as Body | null);
    await expect(tell()).rejects.toMatchObject({
      code: 'setup-failed',
      message,
      hint: expect.stringMatching(/topology_ok/),
    });
  });
});
