// Names for sets: which element was seen that should not have been, or the other way round.
import type { MembershipRole } from '../models/model.js';
import { NEVER } from '../prepare/partition.js';
import type { Family, Finding, Named } from './family.js';
import { putsOf, unexpected } from './puts.js';

export const sets: Family = {
  fits: ({ membership }) => membership !== undefined,
  names: [
    { name: 'unexpected-element', summary: 'An element was seen that nobody had added.' },
    { name: 'repeated-element', summary: 'A read of a set listed an element twice.' },
    {
      name: 'lost-element',
      summary: 'An add was acknowledged, and whoever looked after that did not see the element.',
    },
    {
      name: 'stale-read',
      summary: 'What was seen misses a change that had been acknowledged before, or seen already.',
    },
    {
      name: 'incomparable-reads',
      summary: 'Each of two reads saw an element that the other did not, though nothing was removed.',
    },
  ],
  name(finding) {
    const sights = sightsOf(finding);
    return (
      repeated(finding, sights) ??
      neverAdded(finding, sights) ??
      incomparable(finding, sights) ??
      stale(finding, sights)
    );
  },
};

/** What an operation of the witness says about elements: their numbers. */
interface Sight {
  i: number;
  /** Elements that it saw, and that it would have seen had they been there. */
  present: number[];
  absent: (element: number) => boolean;
}

function roleOf({ actions, partition }: Finding, i: number): MembershipRole {
  return actions.model.membership!.role(...actions.operation(partition.action[i]!));
}

function sightsOf(finding: Finding): Sight[] {
  const { values } = finding.actions;
  return finding.shown.flatMap((i): Sight[] => {
    const role = roleOf(finding, i);
    if (role.act === 'read') {
      const present = role.elements.map((element) => values.id(element));
      return [{ i, present, absent: (element) => !present.includes(element) }];
    }
    if (role.act !== 'has') return [];
    const own = values.id(role.element);
    return [{ i, present: role.present ? [own] : [], absent: (element) => !role.present && element === own }];
  });
}

function repeated({ partition }: Finding, sights: readonly Sight[]): Named | undefined {
  const found = sights.find(({ present }) => new Set(present).size < present.length);
  if (found === undefined) return undefined;
  const twice = found.present.find((element, at) => found.present.indexOf(element) !== at)!;
  const row = partition.row[found.i]!;
  return {
    name: 'repeated-element',
    sentence: (words) =>
      `${words.sentence(words.operation(row))}, invoked at ${words.start(row)}, listed ${words.value(twice)} more than once.`,
  };
}

function neverAdded(finding: Finding, sights: readonly Sight[]): Named | undefined {
  const { initial, actions } = finding;
  const initially = new Set(Array.isArray(initial) ? initial.map((one) => actions.values.id(one)) : []);
  for (const { i, present } of sights) {
    for (const element of present) {
      const { before, later } = putsOf(finding, element, i);
      if (before.length === 0 && !initially.has(element)) return unexpected(finding, i, element, later);
    }
  }
  return undefined;
}

function incomparable({ partition, shown, ...rest }: Finding, sights: readonly Sight[]): Named | undefined {
  if (shown.some((i) => roleOf({ partition, shown, ...rest }, i).act === 'remove')) return undefined;
  for (const a of sights) {
    for (const b of sights) {
      if (a.i >= b.i) continue;
      const onlyA = a.present.find((element) => b.absent(element));
      const onlyB = b.present.find((element) => a.absent(element));
      if (onlyA === undefined || onlyB === undefined) continue;
      const [first, second] = [partition.row[a.i]!, partition.row[b.i]!];
      return {
        name: 'incomparable-reads',
        sentence: (words) =>
          `${words.sentence(words.operation(first))}, completed at ${words.end(first)}, saw ${words.value(onlyA)} but not ${words.value(onlyB)}, and ${words.operation(second)}, completed at ${words.end(second)}, saw ${words.value(onlyB)} but not ${words.value(onlyA)}: neither can come first.`,
      };
    }
  }
  return undefined;
}

/** An update that had been acknowledged, or an earlier sight, which a later one contradicts. */
function stale(finding: Finding, sights: readonly Sight[]): Named | undefined {
  const { partition, actions, shown } = finding;
  const { call, ret, row } = partition;
  const before = (a: number, b: number) => ret[a]! < call[b]!;
  for (const sight of [...sights].sort((a, b) => ret[b.i]! - ret[a.i]!)) {
    for (const i of shown) {
      if (!before(i, sight.i)) continue;
      const role = roleOf(finding, i);
      if (role.act === 'read') continue;
      const element = actions.values.id(role.element);
      const added = role.act === 'add' || (role.act === 'has' && role.present);
      if (added ? !sight.absent(element) : !sight.present.includes(element)) continue;
      const name = role.act === 'add' && isLost(finding, element, i) ? 'lost-element' : 'stale-read';
      return missed(finding, name, sight, i, element, added);
    }
    const earlier = sights.find(
      (one) => before(one.i, sight.i) && one.present.some((element) => sight.absent(element)),
    );
    if (earlier === undefined) continue;
    const element = earlier.present.find((one) => sight.absent(one))!;
    return missed(finding, 'stale-read', sight, earlier.i, element, true);
  }
  if (sights.length === 0) return undefined;
  const last = row[finding.stuck]!;
  return {
    name: 'stale-read',
    sentence: (words) =>
      `${words.observed(last)}, and no order of these operations respects their times and what they saw.`,
  };
}

function missed(
  { partition }: Finding,
  name: string,
  sight: Sight,
  by: number,
  element: number,
  added: boolean,
): Named {
  const [row, other] = [partition.row[sight.i]!, partition.row[by]!];
  return {
    name,
    sentence: (words) =>
      `${words.sentence(words.operation(row))}, invoked at ${words.start(row)}, ${added ? 'did not see' : 'saw'} ${words.value(element)}, although ${words.operation(other)} had completed at ${words.end(other)}${name === 'lost-element' ? ', and nobody ever saw it' : ''}.`,
  };
}

/** Nobody who looked after the add was acknowledged saw the element. */
function isLost(finding: Finding, element: number, add: number): boolean {
  const { partition, actions } = finding;
  const { call, ret, count } = partition;
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER || call[i]! < ret[add]!) continue;
    const role = roleOf(finding, i);
    if (role.act === 'has' && role.present && actions.values.id(role.element) === element) return false;
    if (role.act === 'read' && role.elements.some((one) => actions.values.id(one) === element)) return false;
  }
  return true;
}
