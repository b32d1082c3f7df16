// The way in: a plan's file or text, with everything that it extends and every override, to one plan for each matrix cell.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Catalog } from '../catalog/catalog.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import { clip, PlanErrors, Problems, show } from './diagnostics.js';
import { expandMatrix } from './matrix.js';
import { mergePlans } from './merge.js';
import { nearest } from './nearest.js';
import { applyOverrides } from './overrides.js';
import type { Plan } from './plan.js';
import { LIMITS, readYaml } from './read-yaml.js';
import { resolvePlan } from './resolve.js';
import { child, type Dict, isText, Source, type Tree, toJson, withoutKeys } from './tree.js';
import { expandPlan, expandVariables, type Variables } from './variables.js';

export interface LoadOptions {
  catalog: Catalog;
  /** What `${NAME}` means; the environment, usually. */
  variables: Variables;
  /** Overrides such as `timing.load=60s`, the later the stronger. */
  set: readonly string[];
  /** Instead of the plan's own seed. */
  seed?: number;
}

/** One plan for each cell of the matrix. Throws `PlanErrors` with everything that is wrong, `ChaosError` for a file that cannot be read. */
export async function loadPlan(file: string, options: LoadOptions): Promise<Plan[]> {
  return loadPlanText(readPlanFile(file), file, options);
}

/** The same for a text; relative paths in it are relative to the folder of `file`, or to the working directory. */
export async function loadPlanText(text: string, file: string | null, options: LoadOptions): Promise<Plan[]> {
  const problems = new Problems();
  const shown = file ?? 'plan';
  const source = new Source(shown, text, file === null ? process.cwd() : dirname(resolve(file)));
  const whole = readWhole(source, problems, options.variables, file === null ? [] : [identity(file)]);
  if (whole === undefined) {
    problems.throwIfAny(shown);
    throw new ChaosError('plan-empty', `${shown} is empty`, { kind: 'usage', hint: SMALLEST });
  }
  const overridden = applyOverrides(whole, options.set, problems);
  const plan = expandPlan(overridden, options.variables, problems);
  const scope = { catalog: options.catalog, problems };
  const plans: Plan[] = [];
  for (const cell of expandMatrix(plan, problems)) {
    const resolved = await resolvePlan(cell, { file, seed: options.seed }, scope);
    if (resolved !== undefined) plans.push(resolved);
  }
  problems.throwIfAny(shown);
  return plans;
}

const SMALLEST =
  'The smallest plan has a name, a system and a workload: { name: first, system: raft, workload: register }.';
const DEEPEST_CHAIN = 20;

/** A source laid over everything that it extends; undefined when it is empty or is no plan. */
function readWhole(
  source: Source,
  problems: Problems,
  variables: Variables,
  chain: readonly string[],
): Dict | undefined {
  problems.announce(source);
  const tree = readYaml(source, problems);
  if (tree === undefined) return undefined;
  if (tree.kind !== 'map') {
    const hint = tree.kind === 'list' ? 'Take the leading "-" away; several plans are several files.' : SMALLEST;
    problems.add(
      { ...tree.span, end: tree.span.start + 1 },
      `a plan is a map of keys such as name, system and workload, got ${show(toJson(tree))}`,
      { hint },
    );
    return undefined;
  }
  const path = child(tree, 'extends');
  const own = withoutKeys(tree, ['extends']);
  const base =
    path === undefined ? undefined : readBase(expandVariables(path, variables, problems), problems, variables, chain);
  // Without what it extends, a plan lacks most of its keys: to say so would only distract.
  if (path !== undefined && base === undefined) problems.throwIfAny(source.file);
  return base === undefined ? own : mergePlans(base, own);
}

function readBase(path: Tree, problems: Problems, variables: Variables, chain: readonly string[]): Dict | undefined {
  const { span } = path;
  if (!isText(path)) {
    problems.add(span, `"extends" must be the path of one plan, got ${show(toJson(path))}`);
    return undefined;
  }
  const file = resolve(span.source.folder, path.value);
  const shown = isAbsolute(path.value) ? path.value : join(dirname(span.source.file), path.value);
  try {
    const text = readPlanFile(file, shown);
    const id = identity(file);
    if (chain.includes(id) || chain.length > DEEPEST_CHAIN) {
      const circle = [...chain.slice(chain.indexOf(id)), id].map((name) => basename(name)).join(' -> ');
      problems.add(
        span,
        chain.includes(id) ? `plans extend each other in a circle: ${circle}` : 'too long a chain of plans',
      );
      return undefined;
    }
    const base = readWhole(new Source(shown, text, dirname(file)), problems, variables, [...chain, id]);
    if (base === undefined && problems.count === 0) problems.add(span, `${clip(path.value)} is empty`);
    return base;
  } catch (error) {
    if (error instanceof PlanErrors) throw error;
    problems.add(span, messageOf(error), { hint: error instanceof ChaosError ? error.hint : undefined });
    return undefined;
  }
}

function identity(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}

/** The text of a file that looks like a plan. */
function readPlanFile(file: string, shown: string = file): string {
  const fail = (code: string, message: string, hint?: string) =>
    new ChaosError(code, message, { kind: 'usage', ...(hint === undefined ? {} : { hint }) });
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw fail('plan-not-found', `there is no file ${shown}`, similarFile(file, shown));
  if (stats.isDirectory()) throw fail('plan-not-found', `${shown} is a folder, not a plan`);
  if (stats.size > LIMITS.bytes)
    throw fail('plan-too-large', `${shown} has ${stats.size} bytes; a plan has at most ${LIMITS.bytes}`);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new ChaosError('plan-unreadable', `${shown} cannot be read: ${messageOf(error)}`, {
      kind: 'usage',
      cause: error,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail('plan-not-text', `${shown} is not UTF-8 text`);
  }
}

function similarFile(file: string, shown: string): string | undefined {
  const folder = dirname(resolve(file));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `There is no folder ${dirname(shown)} either.`;
  const name = nearest(
    basename(file),
    readdirSync(folder).filter((entry) => /\.ya?ml$/.test(entry)),
  );
  return name === undefined ? undefined : `Did you mean ${join(dirname(shown), name)}?`;
}
