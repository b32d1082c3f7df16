// Sets one value by its path (`nemeses.0.with.loss`), as `--set` and `matrix` do.
import { clip, type Problems } from './diagnostics.js';
import { type Dict, type Entry, isNull, isText, type Span, type Tree, withEntries } from './tree.js';

/** One key or index of a path, with the place where it is written. */
export interface Segment {
  name: string;
  span: Span;
}

/** The segments of a path that is written at `span`; undefined (and a problem) when it is none. */
export function readPath(text: string, span: Span, problems: Problems): Segment[] | undefined {
  const segments: Segment[] = [];
  // In quotes, escapes may shift the places: then the whole key is the place of each segment.
  const verbatim = span.source.text.startsWith(text, span.start);
  let offset = 0;
  for (const name of text.split('.')) {
    const start = span.start + offset;
    segments.push({ name, span: verbatim ? { source: span.source, start, end: start + name.length } : span });
    offset += name.length + 1;
  }
  const bad = segments.find(({ name }) => name === '' || name === '__proto__');
  if (bad === undefined) return segments;
  problems.add(bad.span, `"${clip(text)}" is no path such as system.with.reads or nemeses.0.every`);
  return undefined;
}

/** A copy of the plan in which `value` stands at `path`; the plan itself (and a problem) when the path leads nowhere. */
export function assign(plan: Dict, path: readonly Segment[], value: Tree, problems: Problems): Dict {
  const changed = put(plan, path, 0, value, problems);
  return changed?.kind === 'map' ? changed : plan;
}

function put(
  tree: Tree | undefined,
  path: readonly Segment[],
  at: number,
  value: Tree,
  problems: Problems,
): Tree | undefined {
  const segment = path[at];
  if (segment === undefined) return value;
  const container = open(tree, path, at);
  if (container.kind === 'list') {
    const index = /^\d{1,6}$/.test(segment.name) ? Number(segment.name) : -1;
    const item = container.items[index];
    if (item === undefined) {
      problems.add(segment.span, noItem(pathText(path, at), container.items.length, segment.name));
      return undefined;
    }
    const changed = put(item, path, at + 1, value, problems);
    return (
      changed && {
        ...container,
        items: container.items.map((other, position) => (position === index ? changed : other)),
      }
    );
  }
  if (container.kind === 'scalar') {
    problems.add(segment.span, `"${clip(pathText(path, at))}" is no map: there is no "${clip(segment.name)}" in it`);
    return undefined;
  }
  const changed = put(container.entries.get(segment.name)?.value, path, at + 1, value, problems);
  return changed && withEntries(container, [[segment.name, { keySpan: segment.span, value: changed }]]);
}

function noItem(list: string, length: number, index: string): string {
  if (length === 0) return `"${clip(list)}" is empty: there is no "${clip(index)}" in it`;
  const indexes = length === 1 ? 'only the index 0' : `the indexes 0 to ${length - 1}`;
  return `"${clip(list)}" is a list with ${indexes}, got "${clip(index)}"`;
}

/** What the next segment is looked up in: missing maps are made, and a bare name is opened up to its long form. */
function open(tree: Tree | undefined, path: readonly Segment[], at: number): Tree {
  const span = path[at]!.span;
  if (tree === undefined || isNull(tree)) return { kind: 'map', entries: new Map(), span };
  if (!isText(tree)) return tree;
  const names = path.slice(0, at).map(({ name }) => name);
  const entry: Entry = { keySpan: tree.span, value: tree };
  const isBlock = at === 1 ? ['system', 'deploy', 'workload'].includes(names[0]!) : at === 2 && names[0] === 'nemeses';
  if (isBlock) return { kind: 'map', entries: new Map([['use', entry]]), span: tree.span };
  if (at !== 2 || names[0] !== 'checks' || tree.value !== path[at]!.name) return tree;
  const none: Dict = { kind: 'map', entries: new Map(), span: tree.span };
  return { kind: 'map', entries: new Map([[tree.value, { keySpan: tree.span, value: none }]]), span: tree.span };
}

function pathText(path: readonly Segment[], length: number): string {
  return path
    .slice(0, length)
    .map(({ name }) => name)
    .join('.');
}
