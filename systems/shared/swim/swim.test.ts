import { describe, expect, it } from 'vitest';
import type { Message } from '../../../framework/contracts/message.js';
import type { Environment, Protocol } from '../../../framework/contracts/protocol.js';
import { TimedTable } from '../testing/timed-table.js';
import { isRumour, Members, overrides, overridesByGravity, type Rumour, type Status } from './members.js';
import { logOf, Rumours } from './rumours.js';
import { Swim, type SwimOptions } from './swim.js';

const rumour = (member: string, status: Status, incarnation: number): Rumour => ({ member, status, incarnation });
const OPTIONS: SwimOptions = { period: 200, pingTimeout: 60, helpers: 2, suspicion: 5, ignoreIncarnation: false };

describe('rumours', () => {
  const ALL = [0, 1, 2].flatMap((n) => (['alive', 'suspect', 'dead', 'left'] as const).map((s) => rumour('n2', s, n)));

  it('override each other in one order, whatever the order they come in', () => {
    for (const [i, one] of ALL.entries()) {
      for (const [j, other] of ALL.entries()) {
        expect(overrides(one, other)).toBe(i > j);
        const [members, reversed] = [new Members('n1'), new Members('n1')];
        for (const heard of [one, other, one]) members.hear(heard);
        for (const heard of [other, one]) reversed.hear(heard);
        expect(members.get('n2')).toEqual(reversed.get('n2'));
      }
    }
  });

  it('with the planted bug are ranked by gravity: nobody refutes', () => {
    expect(overrides(rumour('n2', 'alive', 9), rumour('n2', 'dead', 1))).toBe(true);
    expect(overridesByGravity(rumour('n2', 'alive', 9), rumour('n2', 'dead', 1))).toBe(false);
    expect(overridesByGravity(rumour('n2', 'dead', 1), rumour('n2', 'alive', 9))).toBe(true);
  });

  it('are sent a bounded number of times, those first that were sent least', () => {
    const rumours = new Rumours();
    for (const name of ['a', 'b', 'c']) rumours.add(rumour(name, 'alive', 1));
    const sent = Array.from({ length: 6 }, () => rumours.take(2, 3).map(({ member }) => member));
    const count = (name: string) => sent.flat().filter((member) => member === name).length;
    expect(['a', 'b', 'c'].map(count)).toEqual([3, 3, 3]);
    expect(sent[5]).toEqual([]);
    rumours.add(rumour('a', 'alive', 1));
    rumours.add(rumour('a', 'dead', 1));
    expect(rumours.take(9, 3)).toEqual([rumour('a', 'dead', 1)]);
  });

  it.each([
    null,
    {},
    { member: 'a', status: 'odd', incarnation: 1 },
    rumour('a', 'dead', -1),
    rumour('a', 'dead', 2 ** 30),
  ])('are not %j', (value) => expect(isRumour(value)).toBe(false));

  it('need about log n retransmissions', () => {
    expect([0, 1, 2, 3, 7, 8, 100].map(logOf)).toEqual([0, 1, 2, 2, 3, 4, 7]);
  });
});

/** A node that does nothing but SWIM. */
class Prober implements Protocol {
  readonly swim: Swim;
  readonly changes: Rumour[] = [];
  readonly #env: Environment;
  #incarnation = 1;

  constructor(env: Environment, options: SwimOptions) {
    this.#env = env;
    const changed = (news: Rumour) => void this.changes.push(news);
    this.swim = new Swim(env, options, { changed, raised: (incarnation) => (this.#incarnation = incarnation) });
  }

  start(): void {
    for (const member of this.#env.nodes) this.swim.members.hear(rumour(member, 'alive', 0));
    this.swim.start(this.#incarnation);
  }

  receive(message: Message): void {
    this.swim.receive(message);
  }

  timeout(timer: string): void {
    this.swim.timeout(timer);
  }
}

function group(nodes: number, options: Partial<SwimOptions> = {}) {
  const probers = new Map<string, Prober>();
  const bench = new TimedTable({
    nodes,
    make: (env) => {
      const prober = new Prober(env, { ...OPTIONS, ...options });
      probers.set(env.id, prober);
      return prober;
    },
  });
  const status = (of: string, at: string) => probers.get(at)!.swim.members.get(of)!.status;
  return { bench, probers, status };
}

describe('a group', () => {
  it('costs the same for each node, however large it is', () => {
    for (const nodes of [4, 32]) {
      const { bench } = group(nodes);
      bench.run(10_000);
      const perNodeAndPeriod = bench.sent.length / nodes / 50;
      expect(perNodeAndPeriod).toBeGreaterThan(1.9);
      expect(perNodeAndPeriod).toBeLessThan(2.1);
    }
  });

  it('suspects a silent node first, declares it dead later, and all learn it', () => {
    const { bench, status } = group(8);
    bench.run(1000);
    bench.kill('n3');
    bench.run(1000);
    const others = bench.all.filter((name) => name !== 'n3');
    const early = others.map((name) => status('n3', name));
    expect(early).toContain('suspect');
    expect(early).not.toContain('dead');
    bench.run(5000);
    for (const name of others) expect(status('n3', name)).toBe('dead');
  });

  it('takes no live node for dead while a third of the messages is lost', () => {
    const { bench, probers } = group(6);
    bench.loss = 0.33;
    bench.run(20_000);
    const heard = [...probers.values()].flatMap(({ changes }) => changes);
    expect(heard.some(({ status }) => status === 'suspect')).toBe(true);
    bench.loss = 0;
    bench.run(4000);
    for (const prober of probers.values()) expect(prober.swim.members.ids()).toHaveLength(6);
  });

  it('believes a node that refutes its suspicion', () => {
    const { bench, probers, status } = group(3);
    bench.run(500);
    const lie = { src: 'n1', dest: 'n2', body: { type: 'swim-tell', rumours: [rumour('n3', 'suspect', 1)] } };
    bench.give(lie);
    expect(status('n3', 'n2')).toBe('suspect');
    bench.run(2000);
    expect(['n1', 'n2'].map((name) => status('n3', name))).toEqual(['alive', 'alive']);
    expect(probers.get('n3')!.swim.incarnation).toBe(2);
    bench.give(lie);
    expect(status('n3', 'n2')).toBe('alive');
  });

  it('with the planted bug does not', () => {
    const { bench, status } = group(3, { ignoreIncarnation: true });
    bench.run(500);
    bench.give({ src: 'n1', dest: 'n2', body: { type: 'swim-tell', rumours: [rumour('n3', 'suspect', 1)] } });
    bench.run(5000);
    expect(status('n3', 'n2')).toBe('dead');
    expect(bench.runs('n3')).toBe(true);
  });

  it('asks helpers when a probe is not answered, and takes their word', () => {
    const { bench, status } = group(5);
    bench.passes = ({ src, dest }) => !(src === 'n1' && dest === 'n2') && !(src === 'n2' && dest === 'n1');
    bench.run(10_000);
    expect(bench.sent.some(({ src, body }) => src === 'n1' && body.type === 'swim-ping-req')).toBe(true);
    expect(status('n2', 'n1')).toBe('alive');
  });

  it('hears no more of a node that has left', () => {
    const { bench, probers, status } = group(4);
    bench.run(1000);
    probers.get('n2')!.swim.leave();
    bench.run(3000);
    for (const name of ['n1', 'n3', 'n4']) expect(status('n2', name)).toBe('left');
    const before = bench.sent.length;
    bench.run(3000);
    const later = bench.sent.slice(before);
    expect(later.some(({ src, dest }) => src === 'n2' || dest === 'n2')).toBe(false);
    bench.give({ src: 'n1', dest: 'n2', body: { type: 'swim-ping', seq: 1, rumours: [] } });
    expect(bench.sent.at(-1)).toMatchObject({ dest: 'n1', body: { type: 'swim-tell', rumours: [{ status: 'left' }] } });
  });
});
