// Changes who belongs to the cluster while it works: lets spare nodes in, members out, or puts some in the place of others.
import { defineNemesis } from '../framework/contracts/define.js';
import type { ChooseContext, Injection, Skip } from '../framework/contracts/nemesis.js';
import { option } from '../framework/contracts/options.js';
import { drawsOf } from './shared/draws.js';
import { badInjection, onlyFields } from './shared/fields.js';

const KINDS = ['grow', 'shrink', 'replace'] as const;
type Kind = (typeof KINDS)[number];

interface MembershipOptions {
  kinds: readonly Kind[];
  size: number;
  least: number;
}

interface MembershipInjection extends Injection {
  join: readonly string[];
  leave: readonly string[];
}

/** How many nodes of each sort a change of this kind takes, at most; none: it cannot be made now. */
function room(kind: Kind, spares: number, members: number, { size, least }: MembershipOptions): number {
  if (kind === 'grow') return Math.min(size, spares);
  if (kind === 'shrink') return Math.min(size, members - least);
  return Math.min(size, spares, members - 1);
}

function choose(context: ChooseContext<MembershipOptions>): MembershipInjection | Skip {
  const { options, nodes, members, random } = context;
  const draws = drawsOf(random);
  const spares = nodes.filter((node) => !members.includes(node));
  const possible = options.kinds.filter((kind) => room(kind, spares.length, members.length, options) > 0);
  if (possible.length === 0) {
    return { skip: `${members.length} members and ${spares.length} spare nodes allow no such change` };
  }
  const kind = draws('kind').pick(possible);
  const size = 1 + draws('size').int(room(kind, spares.length, members.length, options));
  const some = (purpose: string, from: readonly string[]) => {
    const chosen = draws(purpose).shuffle(from).slice(0, size);
    return from.filter((node) => chosen.includes(node));
  };
  const join = kind === 'shrink' ? [] : some('join', spares);
  const leave = kind === 'grow' ? [] : some('leave', members);
  return { targets: [...join, ...leave], join, leave };
}

function names(field: string, value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [null];
  if (!list.every((name) => typeof name === 'string' && name !== '') || new Set(list).size !== list.length) {
    throw badInjection('membership', `"${field}" must be a list of node ids, none twice, such as [n6]`);
  }
  return list as readonly string[];
}

export default defineNemesis<MembershipOptions, MembershipInjection>({
  name: 'membership',
  summary: 'Lets spare nodes into the cluster, members out of it, or both at once; healing makes the opposite change.',
  needs: ['membership'],
  options: {
    kinds: option.list(
      'Changes to draw from: grow (spare nodes join), shrink (members leave), replace (both at once).',
      { type: 'string', enum: KINDS },
      KINDS,
      { minItems: 1 },
    ),
    size: option.integer('How many nodes join or leave at once, at most.', 1, { minimum: 1 }),
    least: option.integer('The cluster never shrinks below so many members.', 3, { minimum: 1 }),
  },
  targets: null,
  choose,
  inject: async (injection, faults) => {
    onlyFields('membership', injection, ['targets', 'join', 'leave']);
    const join = names('join', injection.join);
    const leave = names('leave', injection.leave);
    if (join.length + leave.length === 0) throw badInjection('membership', 'nobody joins and nobody leaves');
    if (join.some((node) => leave.includes(node))) throw badInjection('membership', 'a node joins and leaves at once');
    return faults.change({ join, leave });
  },
});
