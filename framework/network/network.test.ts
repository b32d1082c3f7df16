import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delay, Link } from '../contracts/cluster.js';
import { createRandom } from '../time/random.js';
import { Network } from './network.js';

const network = (base: Delay | null = null) => new Network(createRandom(1, 'network'), base);

function deliveries(net: Network, from: string, to: string, messages = 1): number[] {
  const delays: number[] = [];
  for (let i = 0; i < messages; i++) net.route(from, to, (delay) => delays.push(delay));
  return delays;
}

describe('cuts', () => {
  it('are one-way', () => {
    const net = network();
    net.cut([['n1', 'n2']]);
    expect(deliveries(net, 'n1', 'n2')).toEqual([]);
    expect(deliveries(net, 'n2', 'n1')).toEqual([0]);
    expect(net.isCut('n1', 'n2')).toBe(true);
    expect(net.isCut('n2', 'n1')).toBe(false);
  });

  it('are counted: whatever the order of healing, a link works exactly when no cut covers it', () => {
    const node = fc.constantFrom('n1', 'n2', 'n3');
    const links = fc.array(fc.tuple(node, node), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.oneof(links, fc.nat(9)), { maxLength: 30 }), (steps) => {
        const net = network();
        const active: { links: Link[]; undo: () => void }[] = [];
        for (const step of steps) {
          if (typeof step === 'number') {
            const [healed] = active.splice(step % (active.length || 1), 1);
            healed?.undo();
            healed?.undo();
          } else active.push({ links: step, undo: net.cut(step) });
          for (const from of ['n1', 'n2', 'n3']) {
            for (const to of ['n1', 'n2', 'n3']) {
              const covered = active.some((cut) => cut.links.some(([a, b]) => a === from && b === to));
              expect(deliveries(net, from, to).length).toBe(covered ? 0 : 1);
              expect(net.isPlain(from, to)).toBe(!covered);
            }
          }
        }
        for (const cut of active) cut.undo();
        expect(net.transparent).toBe(true);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('quality', () => {
  it('loses and duplicates about as often as asked, and heals', () => {
    const net = network();
    const heal = net.degrade([['n1', 'n2']], { loss: 0.3 });
    const lost = 1 - deliveries(net, 'n1', 'n2', 10_000).length / 10_000;
    expect(lost).toBeGreaterThan(0.27);
    expect(lost).toBeLessThan(0.33);
    heal();
    const healTwice = net.degrade([['n1', 'n2']], { duplicate: 0.2 });
    const twice = deliveries(net, 'n1', 'n2', 10_000).length / 10_000 - 1;
    expect(twice).toBeGreaterThan(0.17);
    expect(twice).toBeLessThan(0.23);
    healTwice();
    expect(deliveries(net, 'n1', 'n2', 100)).toEqual(new Array(100).fill(0));
  });

  it('reorders: some messages are held back, the rest pass at once', () => {
    const net = network();
    net.degrade([['n1', 'n2']], { reorder: 0.5 });
    const delays = deliveries(net, 'n1', 'n2', 1000);
    expect(delays.filter((delay) => delay === 0).length).toBeGreaterThan(400);
    expect(delays.filter((delay) => delay > 0).length).toBeGreaterThan(400);
  });

  it('adds delays up over the base', () => {
    const net = network({ distribution: 'constant', mean: 2 });
    net.degrade([['n1', 'n2']], { delay: { distribution: 'constant', mean: 10 } });
    net.degrade([['n1', 'n2']], { delay: { distribution: 'constant', mean: 30 } });
    expect(deliveries(net, 'n1', 'n2')).toEqual([42]);
    expect(deliveries(net, 'n2', 'n1')).toEqual([2]);
  });

  it.each([
    [{ distribution: 'uniform', mean: 50, jitter: 10 }, 50, 40, 60],
    [{ distribution: 'exponential', mean: 20 }, 20, 0, Number.POSITIVE_INFINITY],
    [{ distribution: 'normal', mean: 50, jitter: 10 }, 50, 0, Number.POSITIVE_INFINITY],
  ] as [Delay, number, number, number][])('draws %j around its mean and within its range', (delay, mean, low, high) => {
    const net = network();
    const draws = Array.from({ length: 20_000 }, () => net.draw(delay));
    const average = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThan(0.5);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...draws)).toBeLessThanOrEqual(high);
  });
});
