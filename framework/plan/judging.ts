// Reads the blocks `checks` and `expect`: who judges the history, and what the run must come to.

import { dirname, resolve } from 'node:path';
import { isPath } from '../catalog/kinds.js';
import type { AnyChecker, CheckSpec } from '../contracts/checker.js';
import { messageOf } from '../contracts/error.js';
import type { Expectation } from '../contracts/result.js';
import { type Filled, readBlock, readOptions } from './block.js';
import { check } from './check.js';
import { type Found, findDefinition, type Scope } from './definitions.js';
import { clip, type Problems, show } from './diagnostics.js';
import { EXPECT } from './keys.js';
import { loadModules, type Modules, NO_MODULES } from './modules.js';
import { nearest } from './nearest.js';
import type { PlannedCheck } from './plan.js';
import type { Subject } from './subject.js';
import { child, type Dict, fromJson, isNull, isText, type Tree, toJson } from './tree.js';
import { NO_OPTIONS } from './values.js';

interface ReadCheck {
  found: Found<'checker'>;
  options: Filled;
  modules: Modules;
}

export interface ReadChecks {
  planned: PlannedCheck[];
  /** As the document lists them: without those that are part of every run. */
  words: unknown[];
}

/** The plan's checks, or those of its workload, and behind them the checkers that judge every run. */
export async function readChecks(
  plan: Dict,
  workload: Subject<'workload'> | undefined,
  scope: Scope,
): Promise<ReadChecks> {
  const listed = child(plan, 'checks');
  const read: ReadCheck[] = [];
  if (listed === undefined) read.push(...(await ownChecks(workload, scope)));
  else {
    for (const item of listed.kind === 'list' ? listed.items : []) {
      const found = await readCheck(item, scope);
      if (found !== undefined) read.push(found);
    }
  }
  const words = read.map(({ found, options }) => checkWords(found.use, options.words));
  const named = new Set(read.map(({ found }) => found.definition.name));
  for (const definition of await scope.catalog.all('checker')) {
    if (definition.always !== true || named.has(definition.name)) continue;
    const owner = { title: `check ${definition.name}`, span: plan.span };
    const options = readOptions(definition.options ?? NO_OPTIONS, undefined, owner, scope.problems);
    if (options === undefined) continue;
    const source = { kind: 'builtin', name: definition.name } as const;
    read.push({
      found: { definition, source, use: definition.name, preset: {} },
      options,
      modules: NO_MODULES,
    });
  }
  return { planned: uniquelyNamed(read), words };
}

/** `recovery`, `recovery-2`: names are unique within a plan. */
function uniquelyNamed(checks: readonly ReadCheck[]): PlannedCheck[] {
  const taken = new Set<string>();
  return checks.map(({ found: { definition }, options, modules }) => {
    let name = definition.name;
    for (let ordinal = 2; taken.has(name); ordinal++) name = `${definition.name}-${ordinal}`;
    taken.add(name);
    return { name, definition, options: options.values, modules };
  });
}

function checkWords(use: string, options: Record<string, unknown>): unknown {
  return Object.keys(options).length === 0 ? use : { [use]: options };
}

/** A name, `{ name: { options } }`, or `{ use: …, with: … }`. */
async function readCheck(item: Tree, scope: Scope): Promise<ReadCheck | undefined> {
  const form = readForm(item, scope.problems);
  if (form === undefined) return undefined;
  const found = await findDefinition('checker', form.use, scope);
  if (found === undefined) return undefined;
  const { definition } = found;
  const options = readOptions(
    definition.options ?? NO_OPTIONS,
    form.options,
    { title: `check ${definition.name}`, span: form.use.span },
    scope.problems,
  );
  return options && withModules({ found, options }, form.use, form.options, scope);
}

/** The check with the modules that its options name; problems are told at the option. */
async function withModules(
  check: Omit<ReadCheck, 'modules'>,
  { span }: Pick<Tree, 'span'>,
  written: Tree | undefined,
  { catalog, problems: told }: Scope,
): Promise<ReadCheck> {
  const { definition } = check.found;
  const { modules, problems } = await loadModules(definition, check.options.values, catalog);
  for (const { option, message, hint } of problems) {
    const entry = written?.kind === 'map' && option !== null ? written.entries.get(option) : undefined;
    const text = option === null ? `check ${definition.name}: ${message}` : message;
    told.add(entry?.value.span ?? span, text, { hint });
  }
  return { ...check, modules };
}

function readForm(item: Tree, problems: Problems): { use: Tree; options: Tree | undefined } | undefined {
  if (isText(item)) return { use: item, options: undefined };
  if (item.kind !== 'map') {
    problems.add(
      item.span,
      `a check is a name or a map such as { availability: { at-least: 80% } }, got ${show(toJson(item))}`,
    );
    return undefined;
  }
  if (item.entries.has('use')) {
    const block = {
      title: 'check',
      summary: '',
      required: ['use'],
      keys: { use: { type: 'string' }, with: {} },
    } as const;
    if (
      !check(
        { type: 'object', properties: block.keys, required: ['use'], additionalProperties: false },
        item,
        block,
        problems,
      )
    )
      return undefined;
    return { use: item.entries.get('use')!.value, options: child(item, 'with') };
  }
  const [first, second] = item.entries;
  if (first === undefined || second !== undefined) {
    const span = second === undefined ? item.span : second[1].keySpan;
    const hint =
      'Each check is an item of the list; its options are a map under its name: - availability: { at-least: 80% }.';
    problems.add(span, second === undefined ? 'a check without a name' : 'a check is one name with its options', {
      hint,
    });
    return undefined;
  }
  const [name, { keySpan, value }] = first;
  return {
    use: { kind: 'scalar', value: name, plain: true, span: keySpan },
    options: isNull(value) ? undefined : value,
  };
}

async function ownChecks(workload: Subject<'workload'> | undefined, scope: Scope): Promise<ReadCheck[]> {
  if (workload?.options === undefined) return [];
  const { definition } = workload.found;
  const read: ReadCheck[] = [];
  for (const { use, with: options = {} } of checkSpecs(workload, scope)) {
    const found = await ownChecker(use, workload, scope);
    if (found === undefined) continue;
    const title = `check ${use} of workload ${definition.name}`;
    const filled = readOptions(
      found.definition.options ?? NO_OPTIONS,
      fromJson(options, workload.span),
      { title, span: workload.span },
      scope.problems,
    );
    if (filled !== undefined) read.push(await withModules({ found, options: filled }, workload, undefined, scope));
  }
  return read;
}

async function ownChecker(use: string, { found, span }: Subject<'workload'>, scope: Scope) {
  const { source } = found;
  // A path in a module is relative to the module.
  const value = isPath(use) && source.kind === 'path' ? resolve(dirname(source.path), use) : use;
  if (!isPath(use) && (await scope.catalog.load('checker', use)) === undefined) {
    scope.problems.add(
      span,
      `workload ${found.definition.name} is judged by the checker "${clip(use)}", which does not exist`,
    );
    return undefined;
  }
  return findDefinition('checker', { kind: 'scalar', value, plain: true, span }, scope);
}

function checkSpecs({ found, options, span }: Subject<'workload'>, { problems }: Scope): readonly CheckSpec[] {
  const { checks, name } = found.definition;
  try {
    return typeof checks === 'function' ? checks(options?.values ?? {}) : checks;
  } catch (error) {
    problems.add(span, `workload ${name} could not name its checks: ${messageOf(error)}`);
    return [];
  }
}

/** What the plan expects; undefined (and a problem) when it makes no sense. */
export async function readExpect(
  plan: Dict,
  checks: readonly PlannedCheck[],
  scope: Scope,
): Promise<Expectation | undefined> {
  const tree = child(plan, 'expect');
  if (tree === undefined) return 'valid';
  if (tree.kind !== 'map') {
    if (toJson(tree) === 'valid') return 'valid';
    const suggestion = isText(tree) ? nearest(tree.value, ['valid']) : undefined;
    const anomaly = isText(tree) && /^[\w-]+$/.test(tree.value) ? tree.value : '…';
    const hint = suggestion === undefined ? `To expect an anomaly: expect: { anomalies: [${anomaly}] }.` : undefined;
    scope.problems.add(tree.span, `"expect" must be valid or a map, got ${show(toJson(tree))}`, { suggestion, hint });
    return undefined;
  }
  const read = readBlock(EXPECT, tree, scope.problems);
  const { anomalies, others } = (read?.values ?? {}) as { anomalies?: string[]; others?: 'forbid' | 'allow' };
  if (read === undefined || anomalies === undefined || others === undefined) return undefined;
  await checkNames(child(read.dict, 'anomalies'), checks, scope);
  return { anomalies, others };
}

function knownAnomalies(checkers: readonly AnyChecker[]): string[] {
  return [...new Set(checkers.flatMap(({ name, anomalies }) => [...anomalies, name]))];
}

/** Every expected name must be one that a checker of this plan can report: anything else could never be found. */
async function checkNames(list: Tree | undefined, checks: readonly PlannedCheck[], scope: Scope): Promise<void> {
  const names = knownAnomalies(checks.map(({ definition }) => definition));
  for (const item of list?.kind === 'list' ? list.items : []) {
    const wanted = String(toJson(item));
    if (names.includes(wanted)) continue;
    const others = await scope.catalog.all('checker');
    const finders = others
      .filter(({ name, anomalies }) => name === wanted || anomalies.includes(wanted))
      .map(({ name }) => name);
    if (finders.length > 0) {
      const hint = `Add ${finders.join(' or ')} to "checks".`;
      scope.problems.add(item.span, `no check of this plan reports the anomaly "${wanted}"`, { hint });
    } else {
      const suggestion = nearest(wanted, names) ?? nearest(wanted, knownAnomalies(others));
      const hint =
        suggestion === undefined ? `The checks of this plan report ${names.slice(0, 20).join(', ')}.` : undefined;
      scope.problems.add(item.span, `there is no anomaly "${clip(wanted)}"`, { suggestion, hint });
    }
  }
}
