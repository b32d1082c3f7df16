// What stands for a node in the steps of a plan: `${node.id}` in arguments, `$NODE_ID` in scripts, `${nodes:%i=http://%a:80}` for all.
import type { NodePlace } from '../../framework/contracts/system.js';

interface Here {
  node: NodePlace;
  nodes: readonly NodePlace[];
}

/** Everything that can be named, with its value. `onHost`: makes sense there only, not beside `chaos`. */
const NAMES: Readonly<Record<string, { value: (here: Here) => string; onHost?: true }>> = {
  'node.id': { value: ({ node }) => node.id },
  'node.number': { value: ({ node }) => String(node.number) },
  'node.address': { value: ({ node }) => node.address },
  'node.port': { value: ({ node }) => String(node.port) },
  'node.data': { value: ({ node }) => node.data, onHost: true },
  'node.logs': { value: ({ node }) => node.logs, onHost: true },
  'node.files': { value: ({ node }) => node.files, onHost: true },
  nodes: { value: (here) => joined('nodes', '%a', here) },
  'nodes.ids': { value: (here) => joined('nodes', '%i', here) },
  'nodes.others': { value: (here) => joined('nodes.others', '%a', here) },
  'nodes.first': { value: (here) => joined('nodes.first', '%a', here) },
};

/** Lists that take a pattern behind a colon. */
const LISTS: Readonly<Record<string, (here: Here) => readonly NodePlace[]>> = {
  nodes: ({ nodes }) => nodes,
  'nodes.others': ({ node, nodes }) => nodes.filter(({ id }) => id !== node.id),
  'nodes.first': ({ nodes }) => nodes.slice(0, 1),
};

const PARTS: Readonly<Record<string, (node: NodePlace) => string>> = {
  '%i': ({ id }) => id,
  '%n': ({ number }) => String(number),
  '%a': ({ address }) => address,
  '%p': ({ port }) => String(port),
  '%%': () => '%',
};

const PLACEHOLDER = /\$\{(node\.[^}]*|nodes(?:[.:][^}]*)?)\}/g;
const PART = /%(.?)/gs;

function joined(list: string, pattern: string, here: Here): string {
  return LISTS[list]!(here)
    .map((node) => pattern.replace(PART, (part) => PARTS[part]?.(node) ?? part))
    .join(',');
}

/** The list and the pattern that a placeholder is made of; null where it is a plain name. */
function patternOf(name: string): [list: string, pattern: string] | null {
  const colon = name.indexOf(':');
  return colon < 0 ? null : [name.slice(0, colon), name.slice(colon + 1)];
}

/** A text with its placeholders replaced. What they are replaced by is not looked at again. */
export function fill(text: string, here: Here): string {
  return text.replace(PLACEHOLDER, (whole: string, name: string) => {
    const pattern = patternOf(name);
    if (pattern !== null) return joined(...pattern, here);
    return NAMES[name]?.value(here) ?? whole;
  });
}

/** The same values as variables: `node.id` is NODE_ID. `beside`: only those that make sense beside `chaos`. */
export function variables(here: Here, beside = false): Record<string, string> {
  const named = Object.entries(NAMES).filter(([, { onHost }]) => !(beside && onHost === true));
  return Object.fromEntries(named.map(([name, { value }]) => [variableOf(name), value(here)]));
}

export function variableOf(name: string): string {
  return name.toUpperCase().replaceAll('.', '_');
}

export const VARIABLES: readonly string[] = Object.keys(NAMES).map(variableOf);

const KNOWN = Object.keys(NAMES).map((name) => `\${${name}}`);

/** What is wrong with the placeholders of an argument, as the rest of a sentence each. `beside`: it is used beside `chaos`. */
export function misfits(text: string, beside = false): string[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(([whole, name = '']) => {
    const pattern = patternOf(name);
    if (pattern !== null) return patternMisfits(whole, ...pattern);
    if (!Object.hasOwn(NAMES, name))
      return [`does not know ${whole}; there are ${KNOWN.join(', ')} and \${nodes:pattern}`];
    return beside && NAMES[name]?.onHost === true
      ? [`cannot use ${whole}: it runs beside chaos, not on the node’s host`]
      : [];
  });
}

function patternMisfits(whole: string, list: string, pattern: string): string[] {
  if (!Object.hasOwn(LISTS, list)) {
    return [`does not know ${whole}: only ${Object.keys(LISTS).join(', ')} take a pattern`];
  }
  const parts = [...pattern.matchAll(PART)].map(([part]) => part);
  const unknown = parts.find((part) => !Object.hasOwn(PARTS, part));
  if (unknown !== undefined) {
    return [`does not know ${unknown} in ${whole}; there are %i (id), %n (number), %a (address), %p (port) and %%`];
  }
  return parts.some((part) => part !== '%%')
    ? []
    : [`has ${whole}, which is the same for every node: use %i, %n, %a or %p`];
}

/** Placeholders in a script, each with what to write instead: a shell would read what they stand for. */
export function scriptMisfits(script: string): string[] {
  return [...script.matchAll(PLACEHOLDER)].map(([whole, name = '']) =>
    Object.hasOwn(NAMES, name)
      ? `is a script, where ${whole} is written "$${variableOf(name)}"`
      : `is a script, where ${whole} cannot stand: give it a name in env, as in env: { LIST: "${whole}" }, and write "$LIST"`,
  );
}
