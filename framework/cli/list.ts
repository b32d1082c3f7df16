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
  help: 'Examples:\n  chaos list\n  chaos list nemeses\n  chaos list systems raft',
  action: async (args, options, io) => {
    const [kindArgument, name] = args as [string | undefined, string | undefined];
    const { defaultCatalog } = await import('../catalog/catalog.js');
    const catalog = defaultCatalog();
    const kinds = Object.keys(KINDS).filter((kind) => kindArgument === undefined || kind === plural(kindArgument));
    if (kinds.length === 0) {
      const hint = `there are: ${Object.keys(KINDS).join(', ')}`;
      throw new ChaosError('unknown-kind', `there is nothing called '${kindArgument}' to list`, {
        kind: 'usage',
        hint,
      });
    }
    const found: Record<string, Listed[]> = {};
    for (const kind of kinds) {
      const all = (await catalog.all(KINDS[kind]!)) as Listed[];
      found[kind] = name === undefined ? all : all.filter((definition) => definition.name === name);
    }
    if (name !== undefined && Object.values(found).every((definitions) => definitions.length === 0)) {
      throw new ChaosError('unknown-name', `no ${kindArgument} is called '${name}'`, {
        kind: 'usage',
        hint: `chaos list ${kindArgument} shows them`,
      });
    }
    if (options['json'] === true) io.out(`${JSON.stringify(found, null, 2)}\n`);
    else for (const kind of kinds) print(kind, found[kind]!, name !== undefined || kindArgument !== undefined, io);
    return EXIT.ok;
  },
};

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
  }
  io.out('\n');
}

function defaultText(schema: OptionSchema): string {
  const choices = schema.enum === undefined ? '' : ` [${schema.enum.join(' | ')}]`;
  return schema.default === undefined ? choices : `${choices} (default ${JSON.stringify(schema.default)})`;
}

/** What a kind has to say beside its options. */
function facts(kind: string, definition: Listed): string[] {
  if (kind === 'systems') {
    const { guarantees, workloads, bugs } = definition as AnySystem;
    return [
      ...(guarantees === undefined ? [] : [`guarantees: ${guarantees}`]),
      `workloads: ${workloads.join(', ')}`,
      ...Object.entries(bugs ?? {}).map(
        ([bug, { summary, anomalies }]) => `bug ${bug}: ${summary} (${anomalies.join(', ')})`,
      ),
    ];
  }
  if (kind === 'workloads') {
    const aliases = Object.keys((definition as AnyWorkload).aliases ?? {});
    return aliases.length === 0 ? [] : [`also known as: ${aliases.join(', ')}`];
  }
  if (kind === 'checkers') {
    const { anomalies, always } = definition as AnyChecker;
    return [`anomalies: ${anomalies.join(', ') || 'none'}${always === true ? ' (in every run)' : ''}`];
  }
  return [];
}
