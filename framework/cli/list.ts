// chaos list: what there is to put into a plan, with options.
import type { AnyChecker } from '../contracts/checker.js';
import type { Kind } from '../contracts/define.js';
import { ChaosError } from '../contracts/error.js';
import type { OptionSchema, Options } from '../contracts/options.js';
import { EXIT } from '../contracts/result.js';
import type { AnySystem } from '../contracts/system.js';
import type { AnyWorkload } from '../contracts/workload.js';
import type { Command } from './command.js';
import { type Io, paint } from './io.js';

const KINDS: Record<string, Kind> = {
  systems: 'system',
  deployments: 'deployment',
  workloads: 'workload',
  nemeses: 'nemesis',
  checkers: 'checker',
};

interface Listed {
  name: string;
  summary: string;
  options?: Options;
}

export const list: Command = {
  usage: 'list [kind] [name]',
  summary: 'list systems, deployments, workloads, nemeses and checkers, with their options',
  options: [{ flags: '--json', description: 'as JSON' }],
  help: 'Examples:\n  npx chaos list\n  npx chaos list nemeses\n  npx chaos list systems raft\n  npx chaos list lin-kv',
  action: async (args, options, io) => {
    const [first, second] = args as [string | undefined, string | undefined];
    const [{ defaultCatalog }, { systemOptions }] = await Promise.all([
      import('../catalog/catalog.js'),
      import('../plan/values.js'),
    ]);
    // With the option that chooses a planted bug, which plans know beside a system's own.
    const withBug = (system: AnySystem): Listed => ({ ...system, options: systemOptions(system) });
    const found: Record<string, Listed[]> = {};
    for (const [kind, definitions] of Object.entries(KINDS)) {
      found[kind] = ((await defaultCatalog().all(definitions)) as Listed[]).map((definition) =>
        kind === 'systems' ? withBug(definition as AnySystem) : definition,
      );
    }
    const kind = first === undefined ? undefined : plural(first);
    // A name alone is found in whatever kinds have it.
    const known = kind === undefined || Object.hasOwn(KINDS, kind);
    const chosen = await choose(found, known ? kind : undefined, known ? second : first);
    if (options['json'] === true) io.out(`${JSON.stringify(chosen, null, 2)}\n`);
    else for (const [title, definitions] of Object.entries(chosen)) print(title, definitions, first !== undefined, io);
    return EXIT.ok;
  },
};

async function choose(
  found: Record<string, Listed[]>,
  kind: string | undefined,
  name: string | undefined,
): Promise<Record<string, Listed[]>> {
  const kinds = kind === undefined ? Object.keys(found) : [kind];
  if (name === undefined) return Object.fromEntries(kinds.map((each) => [each, found[each]!]));
  const chosen = kinds.flatMap((each): [string, Listed[]][] => {
    const named = found[each]!.filter((definition) => definition.name === name || aliasesOf(definition).includes(name));
    return named.length === 0 ? [] : [[each, named]];
  });
  if (chosen.length > 0) return Object.fromEntries(chosen);
  const { nearest } = await import('../plan/nearest.js');
  const names = kinds.flatMap((each) => found[each]!.map((definition) => definition.name));
  const meant = nearest(name, kind === undefined ? [...Object.keys(KINDS), ...names] : names);
  const hint =
    meant === undefined
      ? `there are: ${kind === undefined ? Object.keys(KINDS).join(', ') : names.join(', ')}`
      : `did you mean "${meant}"?`;
  throw new ChaosError('unknown-name', `there is nothing called '${name}' to list`, { kind: 'usage', hint });
}

function aliasesOf(definition: Listed): string[] {
  return Object.keys((definition as Partial<AnyWorkload>).aliases ?? {});
}

function plural(kind: string): string {
  return kind === 'nemesis' ? 'nemeses' : kind.endsWith('s') ? kind : `${kind}s`;
}

function print(kind: string, definitions: readonly Listed[], detailed: boolean, io: Io): void {
  io.out(`${paint(io, 'bold', kind)}\n`);
  const width = definitions.reduce((longest, { name }) => Math.max(longest, name.length), 0);
  for (const definition of definitions) {
    io.out(`  ${paint(io, 'cyan', definition.name.padEnd(width))}  ${definition.summary}\n`);
    if (!detailed) continue;
    for (const line of facts(kind, definition)) io.out(`    ${line}\n`);
    for (const [option, schema] of Object.entries(definition.options ?? {})) {
      io.out(`    ${option}: ${schema.description ?? ''}${defaultText(schema)}\n`);
    }
    const { bugs = {}, weaknesses = {} } = definition as Partial<AnySystem>;
    for (const [bug, { summary, anomalies }] of Object.entries(bugs)) {
      io.out(`      ${bug}: ${summary} (${anomalies.join(', ')})\n`);
    }
    if (Object.keys(weaknesses).length > 0) io.out('    weaknesses of the design:\n');
    for (const [weakness, { summary, anomalies }] of Object.entries(weaknesses)) {
      io.out(`      ${weakness}: ${summary} (${anomalies.join(', ')})\n`);
    }
  }
  io.out('\n');
}

function defaultText(schema: OptionSchema): string {
  // Of a choice between names and modules, the names.
  const names = schema.enum ?? schema.anyOf?.flatMap((branch) => branch.enum ?? []) ?? [];
  const choices = names.length === 0 ? '' : ` [${names.join(' | ')}]`;
  return schema.default === undefined ? choices : `${choices} (default ${JSON.stringify(schema.default)})`;
}

/** What a kind has to say beside its options. */
function facts(kind: string, definition: Listed): string[] {
  if (kind === 'systems') {
    const { family, guarantees, survives, workloads, membership } = definition as AnySystem;
    return [
      ...(family === undefined ? [] : [`family: ${family}`]),
      ...(guarantees === undefined ? [] : [`guarantees: ${guarantees}`]),
      ...(survives === undefined ? [] : [`survives: ${survives}`]),
      `workloads: ${workloads.join(', ')}`,
      ...(membership === undefined ? [] : ['its members can change']),
    ];
  }
  if (kind === 'workloads') {
    const aliases = aliasesOf(definition);
    return aliases.length === 0 ? [] : [`also known as: ${aliases.join(', ')}`];
  }
  if (kind === 'checkers') {
    const { anomalies, always } = definition as AnyChecker;
    return [`anomalies: ${anomalies.join(', ') || 'none'}${always === true ? ' (in every run)' : ''}`];
  }
  return [];
}
