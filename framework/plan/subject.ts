// Reads what is tested, where, and what the clients do: the blocks `system`, `deploy` and `workload`.

import { messageOf } from '../contracts/error.js';
import { type Filled, misplaced, type ReadBlock, readBlock, readOptions, spanAt } from './block.js';
import { type Found, findDefinition, type Scope } from './definitions.js';
import { DEPLOY, PLAN, POSITIVE, SYSTEM, WORKLOAD } from './keys.js';
import { asBlock, child, type Dict, type Span, type Tree, withoutKeys } from './tree.js';
import { NO_OPTIONS, systemOptions } from './values.js';
import { namesNodes } from './variables.js';

/** A block with the definition that it names; `options` is undefined when some of them do not fit. */
export interface Subject<K extends 'system' | 'deployment' | 'workload'> {
  found: Found<K>;
  block: ReadBlock;
  options: Filled | undefined;
  /** Where the definition is named. */
  span: Span;
}

export async function readSystem(plan: Dict, scope: Scope): Promise<Subject<'system'> | undefined> {
  const tree = child(plan, 'system');
  if (tree === undefined) return undefined;
  const block = asBlock(tree);
  const found = block.kind === 'map' ? await findDefinition('system', child(block, 'use'), scope) : undefined;
  const options = found === undefined ? undefined : systemOptions(found.definition);
  const title = `system ${found?.definition.name}`;
  const read = readBlock(SYSTEM, block, scope.problems, { unknown: misplaced(options, title) });
  if (read === undefined || found === undefined || options === undefined) return undefined;
  const filled = readOptions(options, child(read.dict, 'with'), { title, span: spanAt(read, 'use') }, scope.problems);
  if (read.values['spares'] !== 0 && found.definition.membership === undefined) {
    scope.problems.add(
      spanAt(read, 'spares'),
      `the members of system ${found.definition.name} cannot change: spare nodes would be of no use`,
    );
  }
  return { found, block: read, options: filled, span: spanAt(read, 'use') };
}

/** What the system itself has to say of its options, its nodes and the workload. */
export function validateSystem(
  { found, block, options }: Subject<'system'>,
  workload: Subject<'workload'> | undefined,
  { problems }: Scope,
): void {
  const nodes = block.values['nodes'];
  if (options === undefined || typeof nodes !== 'number') return;
  const system = found.definition;
  const span = withSpan(block);
  if (system.lifecycle === undefined && namesNodes(options.values)) {
    problems.add(span, `system ${system.name} does not know what stands for nodes, such as \${node.id}`, {
      hint: 'System command does.',
    });
  }
  const offered = workload?.found.source.kind === 'builtin' ? workload.found.definition.name : undefined;
  try {
    for (const problem of system.validate?.(options.values, nodes, offered) ?? [])
      problems.add(span, `system ${system.name}: ${problem}`);
  } catch (error) {
    problems.add(span, `system ${system.name} could not check its options: ${messageOf(error)}`);
  }
}

/** What the deployment itself has to say of its options and the nodes, without asking anybody. */
export function validateDeploy(
  { found, options, span }: Subject<'deployment'>,
  nodes: readonly string[],
  { problems }: Scope,
): void {
  if (options === undefined) return;
  const { name, validate } = found.definition;
  for (const problem of validate?.(options.values, nodes) ?? []) problems.add(span, `deployment ${name}: ${problem}`);
}

/** The options where they are written, else the name of the definition. */
function withSpan(read: ReadBlock): Span {
  const written = read.dict.entries.get('with');
  return written === undefined ? spanAt(read, 'use') : written.value.span;
}

export async function readDeploy(plan: Dict, scope: Scope): Promise<Subject<'deployment'> | undefined> {
  const tree = asBlock(child(plan, 'deploy') ?? defaultDeploy(plan));
  const read = readBlock(DEPLOY, tree, scope.problems, { open: true });
  const found = read && (await findDefinition('deployment', child(read.dict, 'use'), scope));
  if (read === undefined || found === undefined) return undefined;
  const inline = withoutKeys(read.dict, ['use']);
  const misled = inline.entries.get('with');
  const declared = found.definition.options ?? NO_OPTIONS;
  if (misled !== undefined && !Object.hasOwn(declared, 'with')) {
    const hint = 'Options of a deployment stand beside "use", as in deploy: { use: …, option: … }.';
    scope.problems.add(misled.keySpan, 'unknown key "with" in deploy', { hint });
    return { found, block: read, options: undefined, span: spanAt(read, 'use') };
  }
  const span = spanAt(read, 'use');
  const options = readOptions(declared, inline, { title: `deployment ${found.definition.name}`, span }, scope.problems);
  return { found, block: read, options, span };
}

function defaultDeploy(plan: Dict): Tree {
  return { kind: 'scalar', value: PLAN.keys['deploy']?.default as string, plain: true, span: plan.span };
}

export async function readWorkload(plan: Dict, scope: Scope): Promise<Subject<'workload'> | undefined> {
  const tree = child(plan, 'workload');
  if (tree === undefined) return undefined;
  const block = asBlock(tree);
  const found = block.kind === 'map' ? await findDefinition('workload', child(block, 'use'), scope) : undefined;
  const declared = found?.definition.options ?? NO_OPTIONS;
  const title = `workload ${found?.definition.name}`;
  const read = readBlock(WORKLOAD, block, scope.problems, { unknown: misplaced(declared, title) });
  if (read === undefined || found === undefined) return undefined;
  requirePositive('workload', read, scope);
  const span = spanAt(read, 'use');
  const owner = { title, span, preset: found.preset };
  const options = readOptions(declared, child(read.dict, 'with'), owner, scope.problems);
  return { found, block: read, options, span };
}

/** Durations and rates of zero that would make nothing happen. */
export function requirePositive(title: string, read: ReadBlock, { problems }: Scope): void {
  for (const key of POSITIVE[title] ?? []) {
    if (read.values[key] === 0) problems.add(spanAt(read, key), `"${key}" of ${title} must be more than zero`);
  }
}

/**
 * The workloads that a system lists, by its own words; aliases of the asked one count on either side. A workload named by path
 * is its author's: no shipped system can list it, and which requests it sends is for the run to show.
 */
export function checkOffer(system: Subject<'system'>, workload: Subject<'workload'>, { problems }: Scope): void {
  const { definition, use, source } = workload.found;
  if (source.kind === 'path') return;
  const aliases = Object.keys(definition.aliases ?? {});
  const asked =
    use === definition.name || !aliases.includes(use) ? [definition.name, ...aliases] : [use, definition.name];
  const { name, workloads } = system.found.definition;
  if (workloads.some((offered) => asked.includes(offered))) return;
  problems.add(workload.span, `system ${name} does not offer the workload ${use}`, {
    hint: workloads.length === 0 ? 'It offers none.' : `It offers ${workloads.join(', ')}.`,
  });
}
