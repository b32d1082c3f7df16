// Names for locks: who held it when somebody else got it, or who released what they did not hold.
import { NEVER } from '../prepare/partition.js';
import { type Family, type Finding, type Named, NOBODY } from './family.js';

export const locks: Family = {
  fits: ({ lock }) => lock !== undefined,
  names: [
    { name: 'double-hold', summary: 'Two owners held a lock at once, or one acquired it twice.' },
    { name: 'unheld-release', summary: 'A release succeeded although its owner did not hold the lock.' },
  ],
  name: (finding) => twoHolders(finding) ?? unheld(finding),
};

function roleOf({ actions, partition }: Finding, i: number) {
  return actions.model.lock!.role(...actions.operation(partition.action[i]!));
}

/** The release with which the owner of an acquire gave the lock back; NOBODY: there is none. */
function releaseOf(finding: Finding, acquire: number): number {
  const { owner } = roleOf(finding, acquire);
  const { count } = finding.partition;
  for (let i = acquire + 1; i < count; i++) {
    const role = roleOf(finding, i);
    if (role.owner === owner) return role.act === 'release' ? i : NOBODY;
  }
  return NOBODY;
}

function twoHolders(finding: Finding): Named | undefined {
  const { call, ret, row } = finding.partition;
  const acquires = finding.shown.filter((i) => roleOf(finding, i).act === 'acquire' && ret[i] !== NEVER);
  for (const second of acquires) {
    for (const first of acquires) {
      const release = releaseOf(finding, first);
      if (first === second || ret[first]! > call[second]! || (release !== NOBODY && call[release]! < ret[second]!))
        continue;
      return {
        name: 'double-hold',
        sentence: (words) =>
          `${words.sentence(words.operation(row[second]!))}, invoked at ${words.start(row[second]!)}, succeeded at ${words.end(row[second]!)}, although ${words.operation(row[first]!)} had got the lock by ${words.end(row[first]!)}, and ${release === NOBODY ? 'never gave it back' : `its release was invoked only at ${words.start(row[release]!)}`}.`,
        context: release === NOBODY ? [] : [row[release]!],
      };
    }
  }
  const overlapping = acquires.filter((i) =>
    acquires.some((j) => roleOf(finding, j).owner !== roleOf(finding, i).owner),
  );
  if (overlapping.length < 2) return undefined;
  return {
    name: 'double-hold',
    sentence: (words) =>
      `${words.sentence(words.operation(row[overlapping[0]!]!))}, completed at ${words.end(row[overlapping[0]!]!)}, and ${words.operation(row[overlapping[1]!]!)}, completed at ${words.end(row[overlapping[1]!]!)}, both got the lock, and neither had given it back before the other one got it.`,
  };
}

function unheld(finding: Finding): Named | undefined {
  const { row } = finding.partition;
  const release = finding.shown.findLast((i) => roleOf(finding, i).act === 'release');
  if (release === undefined) return undefined;
  return {
    name: 'unheld-release',
    sentence: (words) =>
      `${words.sentence(words.operation(row[release]!))} succeeded, at ${words.end(row[release]!)}, although it cannot have held the lock then.`,
  };
}
