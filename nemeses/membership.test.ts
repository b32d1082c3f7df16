import { describe, expect, it } from 'vitest';
import membership from './membership.js';
import { choice, nodeNames, recordingFaults } from './testing/recording.js';

const OPTIONS = { kinds: ['grow', 'shrink', 'replace'], size: 2, least: 3 } as const;
const nodes = nodeNames(7);
const members = nodeNames(5);

describe('membership', () => {
  it('draws every kind of change and size, among nodes that can make it', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const injection = membership.choose(choice(OPTIONS, seed, { nodes, members }));
      if ('skip' in injection) throw new Error(String(injection.skip));
      const { join, leave, targets } = injection;
      expect(join.every((node) => !members.includes(node))).toBe(true);
      expect(leave.every((node) => members.includes(node))).toBe(true);
      expect(targets).toEqual([...join, ...leave]);
      seen.add(`+${join.length} -${leave.length}`);
    }
    expect([...seen].sort()).toEqual(['+0 -1', '+0 -2', '+1 -0', '+1 -1', '+2 -0', '+2 -2']);
  });

  it('keeps the least number of members, and skips when nothing is possible', () => {
    const few = { ...OPTIONS, kinds: ['shrink' as const] };
    const three = nodeNames(3);
    expect(membership.choose(choice(few, 1, { nodes, members: three }))).toEqual({
      skip: '3 members and 4 spare nodes allow no such change',
    });
    const grow = { ...OPTIONS, kinds: ['grow' as const] };
    expect(membership.choose(choice(grow, 1, { nodes, members: nodes }))).toHaveProperty('skip');
  });

  it('asks for one change of everybody, and heals it', async () => {
    const { faults, calls } = recordingFaults();
    const effect = await membership.inject({ targets: ['n6', 'n1'], join: ['n6'], leave: ['n1'] }, faults);
    await effect.heal();
    expect(calls).toEqual([
      ['change', { join: ['n6'], leave: ['n1'] }],
      ['heal', 'change', { join: ['n6'], leave: ['n1'] }],
    ]);
  });

  it.each([
    [{ join: [], leave: [] }, 'nobody joins'],
    [{ join: ['n1'], leave: ['n1'] }, 'joins and leaves at once'],
    [{ join: 'n1', leave: [] }, '"join" must be a list'],
    [{ join: ['n1', 'n1'], leave: [] }, '"join" must be a list'],
    [{ join: ['n6'], leave: [], size: 1 }, '"size" is not a field'],
  ])('refuses %j', async (injection, problem) => {
    const { faults } = recordingFaults();
    await expect(membership.inject({ targets: [], ...injection } as never, faults)).rejects.toMatchObject({
      code: 'bad-injection',
      message: expect.stringContaining(problem),
    });
  });
});
