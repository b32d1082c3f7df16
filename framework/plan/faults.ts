// Reads the blocks `nemeses` and `injections`: which faults, on what, and when.

import type { Capability } from '../contracts/capability.js';
import { messageOf } from '../contracts/error.js';
import type { AnyNemesis, Injection, TargetName } from '../contracts/nemesis.js';
import { entriesBeside, type Filled, misplaced, type ReadBlock, readBlock, readOptions, spanAt } from './block.js';
import { type Found, findDefinition, type Scope } from './definitions.js';
import { clip } from './diagnostics.js';
import { DEFAULT_EVERY, INJECTION, NEMESIS } from './keys.js';
import type { PlannedInjection, PlannedNemesis, Schedule } from './plan.js';
import { rehearse } from './rehearse.js';
import { requirePositive } from './subject.js';
import { asBlock, child, type Dict, type Span, type Tree, toJson } from './tree.js';
import { formatDuration, parseDuration } from './units.js';
import { NO_OPTIONS } from './values.js';

/** What the rest of the plan says, where it is valid. */
export interface Setting {
  nodes: readonly string[] | undefined;
  load: number | undefined;
}

/** A fault of the plan with where it stands, for checks that need the rest of the plan. */
export interface ReadFault {
  definition: AnyNemesis;
  needs: readonly Capability[];
  /** What the nemesis would do with less, as a sentence; null: nothing, or it was decided already. */
  instead: (offered: readonly Capability[]) => string | null;
  span: Span;
  targetSpan: Span;
  targets: TargetName | readonly string[] | null;
}

export interface ReadNemesis extends ReadFault {
  planned: PlannedNemesis | undefined;
  words: Record<string, unknown>;
}

export interface ReadInjection extends ReadFault {
  planned: PlannedInjection | undefined;
  words: Record<string, unknown>;
}

export async function readNemesis(tree: Tree, setting: Setting, scope: Scope): Promise<ReadNemesis | undefined> {
  const block = asBlock(tree);
  const found = block.kind === 'map' ? await findDefinition('nemesis', child(block, 'use'), scope) : undefined;
  const declared = found?.definition.options ?? NO_OPTIONS;
  const title = `nemesis ${found?.definition.name ?? ''}`.trim();
  const read = readBlock({ ...NEMESIS, title }, block, scope.problems, { unknown: misplaced(declared, title) });
  if (read === undefined || found === undefined) return undefined;
  const options = readOptions(declared, child(read.dict, 'with'), { title, span: spanAt(read, 'use') }, scope.problems);
  const targets = readTargets(found.definition, read, setting.nodes, scope);
  requirePositive('nemesis', read, scope);
  const schedule = readSchedule(read, setting.load, scope);
  if (options === undefined) return undefined;
  const name = found.definition.name;
  const planned = schedule && { name, definition: found.definition, options: options.values, targets, schedule };
  return {
    definition: found.definition,
    needs: needsOf(found.definition, options, spanAt(read, 'use'), scope),
    instead: (offered) => insteadOf(found.definition, options, offered),
    span: spanAt(read, 'use'),
    targetSpan: spanAt(read, 'targets'),
    targets: targets ?? found.definition.targets,
    planned,
    words: nemesisWords(found, read, options),
  };
}

function nemesisWords(found: Found<'nemesis'>, { words }: ReadBlock, options: Filled): Record<string, unknown> {
  const when = words['at'] === undefined ? ['every', 'for', 'jitter'] : ['at', 'for'];
  const all = words['at'] === undefined ? { every: DEFAULT_EVERY, ...words } : words;
  const kept = ['targets', ...when]
    .filter((key) => Object.hasOwn(all, key))
    .map((key) => [key, all[key as keyof typeof all]]);
  return {
    use: found.use,
    ...(Object.keys(options.words).length > 0 ? { with: options.words } : {}),
    ...Object.fromEntries(kept),
  };
}

function readTargets(nemesis: AnyNemesis, read: ReadBlock, nodes: readonly string[] | undefined, { problems }: Scope) {
  const written = child(read.dict, 'targets');
  const value = read.values['targets'] as TargetName | string[] | undefined;
  if (written === undefined || value === undefined) return null;
  if (nemesis.targets === null) {
    const key = read.dict.entries.get('targets')!.keySpan;
    problems.add(key, `nemesis ${nemesis.name} chooses its own targets`, { hint: 'Leave "targets" out.' });
    return null;
  }
  if (typeof value !== 'string') checkNodes(written, nodes, { problems });
  return value;
}

/** Every item of a list of nodes is a node of the cluster, and none is there twice. */
function checkNodes(list: Tree, nodes: readonly string[] | undefined, { problems }: Pick<Scope, 'problems'>): void {
  if (nodes === undefined || list.kind !== 'list') return;
  if (list.items.length > nodes.length) {
    problems.add(list.span, `${list.items.length} targets, but the cluster has ${nodes.length} nodes`);
  }
  const seen = new Set<string>();
  for (const item of list.items) {
    const name = String(toJson(item));
    if (!nodes.includes(name)) {
      problems.add(item.span, `there is no node "${clip(name)}"`, { hint: nodesHint(nodes) });
    } else if (seen.has(name)) problems.add(item.span, `the node ${name} is in this list twice`);
    seen.add(name);
  }
}

function nodesHint(nodes: readonly string[]): string {
  return nodes.length === 1 ? `The only node is ${nodes[0]}.` : `The nodes are ${nodes[0]} to ${nodes.at(-1)}.`;
}

function readSchedule(read: ReadBlock, load: number | undefined, scope: Scope): Schedule | undefined {
  const { dict, values } = read;
  const length = values['for'] as number | undefined;
  const has = (key: string) => dict.entries.has(key);
  if (has('at')) {
    for (const key of ['every', 'jitter'].filter(has)) {
      scope.problems.add(
        dict.entries.get(key)!.keySpan,
        `"at" and "${key}" exclude each other: a nemesis strikes at chosen times or every so often`,
      );
    }
    const at = values['at'] as number[] | undefined;
    if (at === undefined || length === undefined) return undefined;
    checkTimes(child(dict, 'at'), length, load, scope);
    return { kind: 'at', at: [...at].sort((a, b) => a - b), for: length };
  }
  const every = (has('every') ? values['every'] : parseDuration(DEFAULT_EVERY)) as number | undefined;
  const jitter = values['jitter'] as number | undefined;
  if (every === undefined || length === undefined || jitter === undefined) return undefined;
  checkPeriod(read, { every, for: length, jitter }, load, scope);
  return { kind: 'every', every, for: length, jitter };
}

function checkPeriod(
  read: ReadBlock,
  period: { every: number; for: number; jitter: number },
  load: number | undefined,
  { problems }: Scope,
): void {
  const written = read.dict.entries.has('every') ? 'every' : read.dict.entries.has('for') ? 'for' : 'use';
  const span = spanAt(read, written);
  const [every, length] = [formatDuration(period.every), formatDuration(period.for)];
  if (period.jitter > 1) problems.add(spanAt(read, 'jitter'), '"jitter" must be at most 100%');
  if (period.every <= period.for) {
    problems.add(span, `a strike of ${length} every ${every} would never end`, {
      hint: 'Make "every" longer than "for".',
    });
  } else if (load !== undefined && (period.every - period.for) * (1 - period.jitter) + period.for / 2 > load) {
    // The strike is at the end of its period, and dropped when less than half of it fits into the load.
    const hint = 'Make timing.load longer or "every" shorter, or name times with "at".';
    problems.add(span, `a strike every ${every} for ${length} has no room in a load of ${formatDuration(load)}`, {
      hint,
    });
  }
}

function checkTimes(at: Tree | undefined, length: number, load: number | undefined, { problems }: Scope): void {
  if (at?.kind !== 'list' || load === undefined) return;
  for (const item of at.items) {
    const time = parseDuration(String(toJson(item))) ?? 0;
    if (time >= load)
      problems.add(item.span, `${formatDuration(time)} is after the load, which ends at ${formatDuration(load)}`);
    else if (time + length / 2 > load) {
      problems.add(
        item.span,
        `at ${formatDuration(time)}, less than half of ${formatDuration(length)} is left of the load of ${formatDuration(load)}`,
      );
    }
  }
}

export async function readInjection(tree: Tree, setting: Setting, scope: Scope): Promise<ReadInjection | undefined> {
  const read = readBlock(INJECTION, tree, scope.problems, { open: true });
  const found = read && (await findDefinition('nemesis', child(read.dict, 'fault'), scope));
  if (read === undefined || found === undefined) return undefined;
  requirePositive('injection', read, scope);
  const { at, for: length, targets } = read.values as { at?: number; for?: number; targets?: string[] };
  checkTimes(listOfOne(child(read.dict, 'at')), 0, setting.load, scope);
  if (at === undefined || length === undefined || targets === undefined) return undefined;
  const listed = child(read.dict, 'targets');
  if (listed !== undefined) checkNodes(listed, setting.nodes, scope);
  const decided = toJson(entriesBeside(read.dict, INJECTION)) as Record<string, unknown>;
  const injection: Injection = { ...decided, targets };
  const needs = await checkInjection(found.definition, injection, read, setting.nodes, scope);
  return {
    definition: found.definition,
    needs,
    instead: () => null,
    span: spanAt(read, 'fault'),
    targetSpan: spanAt(read, 'targets'),
    targets,
    planned: { name: found.definition.name, definition: found.definition, at, for: length, injection },
    words: { ...read.words, fault: found.use, ...decided },
  };
}

/** Refuses what the nemesis would refuse, and nodes that do not exist; returns what the injection needs. */
async function checkInjection(
  nemesis: AnyNemesis,
  injection: Injection,
  read: ReadBlock,
  nodes: readonly string[] | undefined,
  { problems }: Scope,
): Promise<readonly Capability[]> {
  const rehearsal = await rehearse(nemesis, injection);
  const span = spanAt(read, 'fault');
  if (rehearsal.problem !== null) problems.add(span, rehearsal.problem.message, { hint: rehearsal.problem.hint });
  const strangers = rehearsal.nodes.filter(
    (node) => nodes?.includes(node) === false && !injection.targets.includes(node),
  );
  for (const node of strangers)
    problems.add(span, `there is no node "${clip(node)}"`, { hint: nodesHint(nodes ?? []) });
  return rehearsal.needs;
}

function listOfOne(tree: Tree | undefined): Tree | undefined {
  return tree && { kind: 'list', items: [tree], span: tree.span };
}

function needsOf({ needs, name }: AnyNemesis, options: Filled, span: Span, { problems }: Scope): readonly Capability[] {
  try {
    return typeof needs === 'function' ? needs(options.values) : needs;
  } catch (error) {
    problems.add(span, `nemesis ${name} could not say what it needs: ${messageOf(error)}`);
    return [];
  }
}

/** A hint that cannot be had is no problem. */
function insteadOf({ instead }: AnyNemesis, { values }: Filled, offered: readonly Capability[]): string | null {
  try {
    return instead?.(values, offered) ?? null;
  } catch {
    return null;
  }
}

/** The items of a list in the plan; none where it is left out or is no list (which is told elsewhere). */
export function itemsOf(plan: Dict, key: string): readonly Tree[] {
  const list = child(plan, key);
  return list?.kind === 'list' ? list.items : [];
}
