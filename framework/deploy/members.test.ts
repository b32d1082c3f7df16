import { describe, expect, it } from 'vitest';
import type { Body } from '../contracts/message.js';
import { toNs } from '../contracts/time.js';
import { virtualWorld } from '../time/virtual.js';
import { Members } from './members.js';

const membership = {
  change: (join: readonly string[], leave: readonly string[]) => ({ type: 'change', join, leave }),
};
/** Milliseconds that a system takes to answer. */
const ANSWERS = 10;

interface Asked {
  node: string;
  join: readonly string[];
  leave: readonly string[];
}

/** A system of three nodes and two spares that answers as it is told: ok, an error code, or silence. */
function setting(answer: (asked: Asked, turn: number) => 'ok' | 'silence' | number, leader: string | null = 'n2') {
  const { clock, drive } = virtualWorld();
  const asked: Asked[] = [];
  const request = (_client: string, node: string, body: Body, reply: (body: Body) => void) => {
    const { join, leave } = body as unknown as Asked;
    const what = answer({ node, join, leave }, asked.length);
    asked.push({ node, join, leave });
    if (what === 'silence') return;
    clock.at(clock.now() + toNs(ANSWERS), () =>
      reply(what === 'ok' ? { type: 'change_ok' } : { type: 'error', code: what, text: 'no' }),
    );
  };
  const members = new Members({
    clock,
    membership,
    options: {},
    nodes: ['n1', 'n2', 'n3'],
    spares: ['n4', 'n5'],
    leader: () => leader,
    request,
    abandon: () => {},
  });
  return { members, asked, clock, drive };
}

describe('members', () => {
  it('change when the leader confirms it, and change back when healed, once', async () => {
    const { members, asked, drive } = setting(() => 'ok');
    await drive(async () => {
      const effect = await members.change({ join: ['n4'], leave: ['n1'] });
      expect(members.current).toEqual(['n2', 'n3', 'n4']);
      await effect.heal();
      await effect.heal();
      expect(members.current).toEqual(['n1', 'n2', 'n3']);
    });
    expect(asked).toEqual([
      { node: 'n2', join: ['n4'], leave: ['n1'] },
      { node: 'n2', join: ['n1'], leave: ['n4'] },
    ]);
  });

  it('are asked in turn while nobody confirms; what is in doubt is said in full', async () => {
    const answers = [11, 'silence', 'ok'] as const;
    const { members, asked, drive } = setting((_, turn) => answers[turn]!, null);
    await drive(async () => {
      await members.change({ join: ['n4'], leave: [] });
      expect(members.current).toEqual(['n1', 'n2', 'n3', 'n4']);
    });
    expect(asked.map(({ node }) => node)).toEqual(['n1', 'n1', 'n3']);
    expect(asked[0]).toMatchObject({ join: ['n4'], leave: [] });
    expect(asked[2]).toMatchObject({ join: ['n1', 'n2', 'n3', 'n4'], leave: ['n5'] });
  });

  it('are as before when a change is not confirmed in time, and the system has said so', async () => {
    // Silent for as long as n4 is to join: it may still let it in some day, so it is asked for the opposite.
    const { members, asked, drive } = setting(({ join }) => (join.includes('n4') ? 'silence' : 'ok'));
    await drive(async () => {
      await expect(members.change({ join: ['n4'], leave: [] })).rejects.toMatchObject({ code: 'not-confirmed' });
    });
    expect(members.current).toEqual(['n1', 'n2', 'n3']);
    expect(asked.at(-1)).toMatchObject({ join: ['n1', 'n2', 'n3'], leave: ['n4', 'n5'] });
  });

  it('are counted: overlapping changes heal themselves alone, in any order', async () => {
    const { members, drive } = setting(() => 'ok');
    await drive(async () => {
      const first = await members.change({ join: ['n4'], leave: ['n1'] });
      const second = await members.change({ join: ['n5'], leave: ['n4'] });
      expect(members.current).toEqual(['n2', 'n3', 'n5']);
      await first.heal();
      expect(members.current).toEqual(['n1', 'n2', 'n3', 'n5']);
      await second.heal();
      expect(members.current).toEqual(['n1', 'n2', 'n3']);
      const both = await Promise.all([
        members.change({ join: ['n4'], leave: [] }),
        members.change({ join: ['n5'], leave: ['n2'] }),
      ]);
      expect(members.current).toEqual(['n1', 'n3', 'n4', 'n5']);
      await Promise.all(both.map((effect) => effect.heal()));
      expect(members.current).toEqual(['n1', 'n2', 'n3']);
    });
  });

  it('that cannot be restored are an error that names them', async () => {
    let silent = false;
    const { members, drive } = setting(() => (silent ? 'silence' : 'ok'));
    await drive(async () => {
      const effect = await members.change({ join: ['n4'], leave: [] });
      silent = true;
      await expect(effect.heal()).rejects.toMatchObject({
        code: 'members-not-restored',
        message: 'the cluster did not confirm within 60 s that its members are n1, n2, n3 again',
      });
    });
  });

  it('are never none', async () => {
    const { members, drive } = setting(() => 'ok');
    await drive(async () => {
      const first = await members.change({ join: [], leave: ['n1', 'n2'] });
      await expect(members.change({ join: [], leave: ['n3'] })).rejects.toMatchObject({ code: 'no-members' });
      expect(members.wanted).toEqual(['n3']);
      await first.heal();
      expect(members.current).toEqual(['n1', 'n2', 'n3']);
    });
  });

  it('refuse strangers', async () => {
    const { members } = setting(() => 'ok');
    await expect(members.change({ join: ['n9'], leave: [] })).rejects.toMatchObject({ code: 'unknown-node' });
  });
});
