// For tests: what a store on a replicated log does, whatever its protocol.
import { describe, expect, it } from 'vitest';
import type { ReplicatedLog } from '../replicated-log.js';
import { cas, type Laws, type RunStore, read, write } from './store-bench.js';

export function describeStore<L extends ReplicatedLog, O extends { 'snapshot-every': number }, W extends Laws<L>>(
  bench: RunStore<L, O, W>,
): void {
  const often = { 'snapshot-every': 30 } as Partial<O>;

  describe('as a store on a replicated log', () => {
    it('answers as lin-kv does, from every node', () =>
      bench({}, async (b) => {
        await b.leader();
        for (const node of b.cluster.nodes) {
          expect(await b.ask(node, read(99))).toMatchObject({ type: 'error', code: 20 });
          expect(await b.ask(node, cas(99, 1, 2))).toMatchObject({ type: 'error', code: 20 });
          expect(await b.ask(node, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
          expect(await b.ask(node, cas(1, 'x', 'b'))).toMatchObject({ type: 'error', code: 22 });
          expect(await b.ask(node, cas(1, 'a', 'b'))).toMatchObject({ type: 'cas_ok' });
          expect(await b.ask(node, read(1))).toMatchObject({ type: 'read_ok', value: 'b' });
        }
      }));

    it('serves on a single node, which leads itself', () =>
      bench({ nodes: 1 }, async (b) => {
        await b.leader();
        await b.fill('n1', 20);
        expect(await b.ask('n1', read(1))).toMatchObject({ type: 'read_ok', value: 15 });
      }));

    it('replaces a leader that is killed, and takes it back as a follower', () =>
      bench({}, async (b) => {
        const first = await b.leader();
        await b.fill(first, 10);
        const kill = await b.cluster.faults.kill([first]);
        const second = await b.leader();
        expect(second).not.toBe(first);
        expect(await b.ask(second, read(2))).toMatchObject({ value: 9 });
        await kill.heal();
        await b.sleep(1000);
        expect(b.log(first).leader).toBe(second);
        expect(b.state(first)).toBe(b.state(second));
        expect(b.laws.broken).toEqual([]);
      }));

    it.each([0, 1])('has the same state on all nodes, and remembers it when all are killed (%i)', (place) =>
      bench({ with: often }, async (b) => {
        const leader = await b.leader();
        await b.fill([leader, ...b.others(leader)][place]!, 100);
        await b.sleep(200);
        for (const id of b.cluster.nodes) expect(b.state(id)).toBe(b.state(leader));
        const kill = await b.cluster.faults.kill(b.cluster.nodes);
        await kill.heal();
        await b.leader();
        for (const key of [0, 1, 2, 3, 4, 5, 6]) {
          expect(await b.ask('n3', read(key))).toMatchObject({ value: [98, 99, 93, 94, 95, 96, 97][key] });
        }
        expect(b.laws.broken).toEqual([]);
      }),
    );
  });
}
