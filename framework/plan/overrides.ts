// `--set path=value`: changes single values of a plan from the command line.
import { assign, readPath } from './assign.js';
import { clip, type Problems } from './diagnostics.js';
import { readYaml } from './read-yaml.js';
import { child, type Dict, type Scalar, Source, type Tree, withEntries, withoutKeys } from './tree.js';

/** The plan with every override applied, in order; what is wrong with one is in `problems`, at its place in the argument. */
export function applyOverrides(plan: Dict, overrides: readonly string[], problems: Problems): Dict {
  return overrides.reduce((changed, text) => override(changed, text, problems), plan);
}

function override(plan: Dict, text: string, problems: Problems): Dict {
  const source = new Source('--set', text, process.cwd());
  problems.announce(source);
  const equals = text.indexOf('=');
  const whole = { source, start: 0, end: text.length };
  if (equals <= 0) {
    problems.add(whole, `"${clip(text)}" is not of the form path=value, such as timing.load=60s`);
    return plan;
  }
  const path = readPath(text.slice(0, equals), { source, start: 0, end: equals }, problems);
  if (path === undefined) return plan;
  if (path[0]?.name === 'extends') {
    problems.add(path[0].span, '"extends" cannot be set: name the other plan instead');
    return plan;
  }
  const before = problems.count;
  const value = readYaml(source, problems, `${' '.repeat(equals + 1)}${text.slice(equals + 1)}`);
  if (problems.count > before) return plan;
  const changed = assign(plan, path, value ?? nothing(source, text.length), problems);
  return path[0]?.name === 'matrix' ? changed : withoutAxis(changed, text.slice(0, equals));
}

/** A value that is set is no longer varied. */
function withoutAxis(plan: Dict, path: string): Dict {
  const matrix: Tree | undefined = child(plan, 'matrix');
  if (matrix?.kind !== 'map') return plan;
  const settled = [...matrix.entries.keys()].filter((axis) => axis === path || axis.startsWith(`${path}.`));
  if (settled.length === 0) return plan;
  const { keySpan } = plan.entries.get('matrix')!;
  return withEntries(plan, [['matrix', { keySpan, value: withoutKeys(matrix, settled) }]]);
}

function nothing(source: Source, at: number): Scalar {
  return { kind: 'scalar', value: null, plain: true, span: { source, start: at, end: at } };
}
