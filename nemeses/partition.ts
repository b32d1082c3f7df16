// Cuts links between nodes, in the shapes that have broken real systems, or between groups that the plan names.
import { defineNemesis } from '../framework/contracts/define.js';
import { ChaosError } from '../framework/contracts/error.js';
import type { ChooseContext, Injection, Skip } from '../framework/contracts/nemesis.js';
import { option } from '../framework/contracts/options.js';
import { drawsOf } from './shared/draws.js';
import { linksOf, namesOf, onlyFields } from './shared/fields.js';
import { type Partition, SHAPE, SHAPES, type ShapeName, separate } from './shared/shapes.js';

/** What people call a majorities-ring. */
const RING = 'ring';

interface PartitionOptions {
  shapes?: readonly (ShapeName | typeof RING)[];
  groups?: readonly (readonly string[])[];
}

interface PartitionInjection extends Injection {
  /** A name of SHAPES, or `groups`. For readers: the cuts say it all. */
  shape?: string;
  /** Directed: [from, to] is what `from` sends and `to` no longer gets. */
  cuts: readonly (readonly [from: string, to: string])[];
}

function named(shape: ShapeName | typeof RING): ShapeName {
  return shape === RING ? 'majorities-ring' : shape;
}

/** Shapes that the plan asks for; without its say, those that this cluster has the nodes and the leader for. */
function candidates({ options, nodes, leader }: ChooseContext<PartitionOptions>): readonly ShapeName[] {
  if (options.shapes !== undefined) return options.shapes.map(named);
  return SHAPES.filter(
    (shape) => SHAPE[shape].least <= nodes.length && (leader !== null || SHAPE[shape].needsLeader !== true),
  );
}

function usage(message: string, hint: string): ChaosError {
  return new ChaosError('bad-groups', `partition: ${message}`, { kind: 'usage', hint });
}

function fromGroups(groups: readonly (readonly string[])[], nodes: readonly string[]): Partition {
  const members = groups.flat();
  const stranger = members.find((node) => !nodes.includes(node));
  if (stranger !== undefined) throw usage(`groups name ${stranger}, which is no node`, `nodes are ${nodes.join(', ')}`);
  if (new Set(members).size !== members.length) {
    throw usage('groups name a node twice', 'a node that should reach every group belongs in none');
  }
  if (groups.filter((group) => group.length > 0).length < 2) {
    throw usage('groups must be at least two, none empty', 'write for instance [[n1, n2], [n3, n4, n5]]');
  }
  const smallest = groups.reduce((least, group) => (group.length < least.length ? group : least));
  return { targets: smallest, cuts: separate(groups) };
}

function choose(context: ChooseContext<PartitionOptions>): PartitionInjection | Skip {
  const { options, nodes, leader, random } = context;
  const draws = drawsOf(random);
  if (options.groups !== undefined) {
    if (options.shapes !== undefined) throw usage('shapes and groups exclude each other', 'keep one of them');
    return { shape: 'groups', ...fromGroups(options.groups, nodes) };
  }
  const possible = candidates(context);
  if (possible.length === 0) return { skip: 'a single node cannot be partitioned' };
  const name = draws('shape').pick(possible);
  const shape = SHAPE[name];
  if (nodes.length < shape.least) return { skip: `${name} needs at least ${shape.least} nodes` };
  if (shape.needsLeader === true && leader === null) return { skip: 'no leader' };
  const { targets, cuts } = shape.make(nodes, draws(name), leader);
  return { targets, shape: name, cuts };
}

export default defineNemesis<PartitionOptions, PartitionInjection>({
  name: 'partition',
  summary:
    'Cuts links between nodes: halves, one node, the leader, overlapping majorities, a bridge, one direction only.',
  needs: (options) => (options.shapes?.includes('isolate-leader') === true ? ['partition', 'reports'] : ['partition']),
  options: {
    shapes: option.list(
      'Shapes to draw from; without it, all that fit the cluster. `ring` is `majorities-ring`.',
      { type: 'string', enum: [...SHAPES, RING] },
      undefined,
      { minItems: 1 },
    ),
    groups: option.list(
      'Groups to cut from each other, instead of shapes: `[[n1, n2], [n3, n4, n5]]`. Nodes in none keep all their links.',
      { type: 'array', items: { type: 'string' }, minItems: 1 },
      undefined,
      { minItems: 2 },
    ),
  },
  targets: null,
  choose,
  inject: async (injection, faults) => {
    onlyFields('partition', injection, ['targets', 'shape', 'cuts']);
    namesOf('partition', injection);
    return faults.cut(linksOf('partition', 'cuts', injection.cuts));
  },
});
