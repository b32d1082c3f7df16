// From one cell's tree to its plan: reads every block, then checks what the blocks mean together.
import { type ReadBlock, readBlock, spanAt } from './block.js';
import type { Scope } from './definitions.js';
import { itemsOf, type ReadInjection, type ReadNemesis, readInjection, readNemesis, type Setting } from './faults.js';
import { checkFeasible } from './feasible.js';
import { planId } from './identity.js';
import { readChecks, readExpect } from './judging.js';
import { EVIDENCE, PLAN, TIMING } from './keys.js';
import type { Cell } from './matrix.js';
import type { Plan, Route } from './plan.js';
import { secretsIn, withoutSecrets } from './secrets.js';
import {
  checkOffer,
  readDeploy,
  readSystem,
  readWorkload,
  requirePositive,
  type Subject,
  validateDeploy,
  validateSystem,
} from './subject.js';
import { child, type Dict, type Tree } from './tree.js';

export interface Origin {
  file: string | null;
  /** Instead of the plan's own. */
  seed: number | undefined;
}

interface Parts {
  top: ReadBlock;
  system: Subject<'system'>;
  deploy: Subject<'deployment'>;
  workload: Subject<'workload'>;
  nemeses: ReadNemesis[];
  injections: ReadInjection[];
  timing: ReadBlock;
  evidence: ReadBlock;
  checks: Awaited<ReturnType<typeof readChecks>>;
  expect: Plan['expect'];
}

/** The plan of a cell; undefined when anything is wrong with it, which is then in the scope's problems. */
export async function resolvePlan(cell: Cell, origin: Origin, scope: Scope): Promise<Plan | undefined> {
  const { plan } = cell;
  const top = readBlock(PLAN, plan, scope.problems);
  const timing = readPart(TIMING, plan, 'timing', scope);
  const evidence = readPart(EVIDENCE, plan, 'evidence', scope);
  if (timing !== undefined) requirePositive('timing', timing, scope);
  const system = await readSystem(plan, scope);
  const deploy = await readDeploy(plan, scope);
  const workload = await readWorkload(plan, scope);
  const names = nodesOf(system);
  const running = names && [...names.nodes, ...names.spares];
  const setting: Setting = { nodes: running, load: timing?.values['load'] as number | undefined };
  const nemeses = await readAll(itemsOf(plan, 'nemeses'), (item) => readNemesis(item, setting, scope));
  const injections = await readAll(itemsOf(plan, 'injections'), (item) => readInjection(item, setting, scope));
  const checks = await readChecks(plan, workload, scope);
  const expect = await readExpect(plan, checks.planned, scope);
  if (system !== undefined) validateSystem(system, workload, scope);
  if (system !== undefined && workload !== undefined) checkOffer(system, workload, scope);
  if (system !== undefined && deploy !== undefined) {
    const route = workload?.block.values['route'] === 'leader' ? spanAt(workload.block, 'route') : undefined;
    await checkFeasible(system, deploy, [...nemeses, ...injections], route, scope);
  }
  if (deploy !== undefined && running !== undefined) validateDeploy(deploy, running, scope);
  if (scope.problems.count > 0 || !top || !system || !deploy || !workload || !timing || !evidence || !expect)
    return undefined;
  return assemble(cell, origin, {
    top,
    system,
    deploy,
    workload,
    nemeses,
    injections,
    timing,
    evidence,
    checks,
    expect,
  });
}

function readPart(block: typeof TIMING, plan: Dict, key: string, { problems }: Scope): ReadBlock | undefined {
  const empty: Dict = { kind: 'map', entries: new Map(), span: plan.span };
  return readBlock(block, child(plan, key) ?? empty, problems);
}

async function readAll<T>(items: readonly Tree[], read: (item: Tree) => Promise<T | undefined>): Promise<T[]> {
  const all: T[] = [];
  for (const item of items) {
    const one = await read(item);
    if (one !== undefined) all.push(one);
  }
  return all;
}

/** The names of the first members, and of the spare nodes after them. */
function nodesOf(system: Subject<'system'> | undefined): Pick<Plan, 'nodes' | 'spares'> | undefined {
  const count = system?.block.values['nodes'] as number | undefined;
  const more = system?.block.values['spares'] as number | undefined;
  if (count === undefined || more === undefined) return undefined;
  const first = system?.found.definition.firstNode ?? 1;
  const all = Array.from({ length: count + more }, (_, index) => `n${index + first}`);
  return { nodes: all.slice(0, count), spares: all.slice(count) };
}

function assemble(cell: Cell, { file, seed: given }: Origin, parts: Parts): Plan {
  const { top, system, deploy, workload, timing, evidence } = parts;
  const { nodes, spares } = nodesOf(system) ?? { nodes: [], spares: [] };
  const name = top.values['name'] as string;
  const seed = given ?? (top.values['seed'] as number);
  const clients = (workload.block.values['clients'] as number | undefined) ?? 2 * nodes.length;
  return {
    name,
    id: planId(file, name, cell.id),
    file,
    cell: cell.id,
    document: document(parts, name, seed, clients),
    nodes,
    spares,
    system: {
      name: system.found.definition.name,
      definition: system.found.definition,
      source: system.found.source,
      options: system.options?.values ?? {},
    },
    deploy: {
      name: deploy.found.definition.name,
      definition: deploy.found.definition,
      options: deploy.options?.values ?? {},
    },
    workload: {
      name: workload.found.definition.name,
      definition: workload.found.definition,
      options: workload.options?.values ?? {},
      clients,
      rate: (workload.block.values['rate'] as number | undefined) ?? null,
      route: workload.block.values['route'] as Route,
    },
    nemeses: parts.nemeses.flatMap(({ planned }) => (planned === undefined ? [] : [planned])),
    injections: parts.injections.flatMap(({ planned }) => (planned === undefined ? [] : [planned])),
    secrets: secretsIn(deploy.found.definition.options ?? {}, deploy.options?.words, deploy.options?.values),
    needs: [...new Set([...parts.nemeses, ...parts.injections].flatMap(({ needs }) => needs))],
    timing: {
      load: timing.values['load'] as number,
      recover: timing.values['recover'] as number,
      opTimeout: timing.values['op-timeout'] as number,
      ready: timing.values['ready'] as number,
    },
    checks: parts.checks.planned,
    expect: parts.expect,
    evidence: {
      okPerFunction: evidence.values['ok-per-function'] as number,
      readsAfterHeal: evidence.values['reads-after-heal'] as number,
      overlap: evidence.values['overlap'] as number,
    },
    logMessages: top.values['messages'] as boolean,
    seed,
  };
}

/** Every default written out, in the words and the order of a plan. */
function document(parts: Parts, name: string, seed: number, clients: number): Record<string, unknown> {
  const { top, system, deploy, workload, nemeses, injections, timing, evidence, checks, expect } = parts;
  const { rate, route } = workload.block.words;
  const inline = withoutSecrets(deploy.found.definition.options ?? {}, deploy.options?.words ?? {});
  return {
    name,
    system: { use: system.found.use, ...counts(system), ...withOptions(system) },
    deploy: Object.keys(inline).length === 0 ? deploy.found.use : { use: deploy.found.use, ...inline },
    workload: {
      use: workload.found.use,
      ...withOptions(workload),
      clients,
      ...(rate === undefined ? {} : { rate }),
      route,
    },
    ...(nemeses.length === 0 ? {} : { nemeses: nemeses.map(({ words }) => words) }),
    ...(injections.length === 0 ? {} : { injections: injections.map(({ words }) => words) }),
    timing: timing.words,
    checks: checks.words,
    expect,
    evidence: evidence.words,
    messages: top.words['messages'],
    seed,
  };
}

function counts({ block }: Subject<'system'>): Record<string, unknown> {
  const { nodes, spares } = block.words;
  return block.values['spares'] === 0 ? { nodes } : { nodes, spares };
}

function withOptions({ options }: Subject<'system'> | Subject<'workload'>): { with?: Record<string, unknown> } {
  return options === undefined || Object.keys(options.words).length === 0 ? {} : { with: options.words };
}
