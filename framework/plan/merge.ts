// Lays one plan over another (`extends`): maps are merged key by key, everything else is replaced.
import { asBlock, type Dict, type Entry, isText, type Tree } from './tree.js';

/** Blocks that may be written as a bare name. */
const NAMED_BLOCKS: Readonly<Record<string, readonly string[]>> = {
  // With the keys that do not depend on the definition that the block names.
  system: ['use', 'nodes'],
  deploy: ['use'],
  workload: ['use', 'clients', 'rate', 'route'],
};

/** `over` laid over `base`. */
export function mergePlans(base: Dict, over: Dict): Dict {
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    const kept = Object.hasOwn(NAMED_BLOCKS, key) ? NAMED_BLOCKS[key] : undefined;
    const value =
      kept === undefined ? mergeTrees(below?.value, entry.value) : mergeBlock(below?.value, entry.value, kept);
    entries.set(key, { keySpan: entry.keySpan, value });
  }
  return { ...over, entries };
}

function mergeTrees(base: Tree | undefined, over: Tree): Tree {
  if (base?.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    entries.set(key, { keySpan: entry.keySpan, value: mergeTrees(entries.get(key)?.value, entry.value) });
  }
  return { ...over, entries };
}

/** Options belong to what they were written for: a block that names another definition starts without them. */
function mergeBlock(base: Tree | undefined, over: Tree, kept: readonly string[]): Tree {
  const [below, above] = [base === undefined ? undefined : asBlock(base), asBlock(over)];
  if (below?.kind !== 'map' || above.kind !== 'map') return above;
  if (sameUse(below, above)) return mergeTrees(below, above);
  const rest = [...below.entries].filter(([key]) => kept.includes(key));
  return mergeTrees({ ...below, entries: new Map(rest) }, above);
}

function sameUse(base: Dict, over: Dict): boolean {
  const use = over.entries.get('use')?.value;
  const before = base.entries.get('use')?.value;
  return use === undefined || before === undefined || (isText(use) && isText(before) && use.value === before.value);
}
