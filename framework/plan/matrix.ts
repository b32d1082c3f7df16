// Multiplies a plan by its matrix: one plan for each combination of values, each with a stable id.
import { assign, readPath, type Segment } from './assign.js';
import { clip, type Problems, show } from './diagnostics.js';
import { bounded, slug } from './identity.js';
import { MOST_CELLS } from './keys.js';
import { child, type Dict, type List, type Span, type Tree, toJson, withoutKeys } from './tree.js';

export interface Cell {
  plan: Dict;
  /** `reads=lease`, joined with commas in the order of the names; null without a matrix. */
  id: string | null;
}

interface Axis {
  path: Segment[];
  key: string;
  values: readonly Tree[];
}

/** All cells, the last key of the matrix varying fastest; the plan alone when it has no matrix (or a wrong one). */
export function expandMatrix(plan: Dict, problems: Problems): Cell[] {
  const matrix = child(plan, 'matrix');
  const base = withoutKeys(plan, ['matrix']);
  if (matrix === undefined) return [{ plan: base, id: null }];
  const axes = matrix.kind === 'map' ? readAxes(matrix, problems) : [];
  if (matrix.kind !== 'map')
    problems.add(matrix.span, `"matrix" must be a map of paths and lists, got ${show(toJson(matrix))}`);
  if (axes.length === 0) return [{ plan: base, id: null }];
  const cells = axes.reduce((product, axis) => product * axis.values.length, 1);
  if (cells > MOST_CELLS) {
    problems.add(matrix.span, `the matrix has ${cells} cells; ${MOST_CELLS} are the most`);
    return [{ plan: base, id: null }];
  }
  return combine(base, axes, problems);
}

/** The axes that make sense; the others are problems. */
function readAxes(matrix: Dict, problems: Problems): Axis[] {
  const axes: Axis[] = [];
  for (const [key, { keySpan, value }] of matrix.entries) {
    const path = readPath(key, keySpan, problems);
    const values = readValues(key, value, problems);
    if (path === undefined || values === undefined || !mayVary(key, keySpan, problems)) continue;
    axes.push({ path, key, values });
  }
  return axes;
}

function readValues(key: string, tree: Tree, problems: Problems): readonly Tree[] | undefined {
  if (tree.kind !== 'list' || tree.items.length === 0) {
    const hint = `Write a list of values: ${clip(key)}: [ … ].`;
    problems.add(tree.span, `"${clip(key)}" in the matrix must be a list of values, got ${show(toJson(tree))}`, {
      hint,
    });
    return undefined;
  }
  return distinct(tree, problems) ? tree.items : undefined;
}

function distinct(list: List, problems: Problems): boolean {
  const seen = new Set<string>();
  for (const item of list.items) {
    const text = JSON.stringify(toJson(item));
    if (seen.has(text)) {
      problems.add(item.span, `the value ${clip(text)} is in this list twice`);
      return false;
    }
    seen.add(text);
  }
  return true;
}

function mayVary(key: string, span: Span, problems: Problems): boolean {
  if (!/^(matrix|extends)(\.|$)/.test(key)) return true;
  problems.add(span, `"${key}" cannot vary in a matrix`);
  return false;
}

function combine(base: Dict, axes: readonly Axis[], problems: Problems): Cell[] {
  const labels = labelsOf(axes);
  const values = axes.map((axis) => valueNames(axis.values));
  let cells: { plan: Dict; parts: string[] }[] = [{ plan: base, parts: [] }];
  axes.forEach((axis, ordinal) => {
    cells = cells.flatMap(({ plan, parts }) =>
      axis.values.map((value, index) => ({
        plan: assign(plan, axis.path, value, problems),
        parts: [...parts, `${labels[ordinal]}=${values[ordinal]![index]}`],
      })),
    );
  });
  return cells.map(({ plan, parts }) => ({ plan, id: [...parts].sort().join(',') }));
}

/** The last segment of a path, or the whole path where that is ambiguous or a mere index. */
function labelsOf(axes: readonly Axis[]): string[] {
  const last = (axis: Axis) => axis.path.at(-1)!.name;
  return axes.map((axis) => {
    const alone = axes.filter((other) => last(other) === last(axis)).length === 1;
    return slug(alone && !/^\d+$/.test(last(axis)) ? last(axis) : axis.key);
  });
}

/** Short, distinct names of values; the `use` of a map stands for it where that is enough. */
function valueNames(values: readonly Tree[]): string[] {
  const taken = new Set<string>();
  return values.map((value) => {
    const plain = bounded(slug(valueText(value))) || 'none';
    let name = plain;
    for (let ordinal = 2; taken.has(name); ordinal++) name = `${plain}-${ordinal}`;
    taken.add(name);
    return name;
  });
}

function valueText(tree: Tree): string {
  if (tree.kind === 'map') {
    const use = child(tree, 'use');
    if (use !== undefined) return valueText(use);
  }
  const json = toJson(tree);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
