// The reference page of plans: every key, and every option of every built-in definition, from what validates them.
import type { Catalog } from '../catalog/catalog.js';
import { offered } from '../contracts/deployment.js';
import type { OptionSchema, Options } from '../contracts/options.js';
import type { AnySystem } from '../contracts/system.js';
import { expected } from './check.js';
import {
  type Block,
  DEFAULT_EVERY,
  DEPLOY,
  EVIDENCE,
  EXPECT,
  INJECTION,
  NEMESIS,
  PLAN,
  SYSTEM,
  TIMING,
  WORKLOAD,
} from './keys.js';
import { NO_OPTIONS, requiredOf, systemOptions } from './values.js';
import { VARIABLE_TYPES } from './variables.js';

const BLOCKS: readonly (readonly [string, Block])[] = [
  ['system', SYSTEM],
  ['deploy', DEPLOY],
  ['workload', WORKLOAD],
  ['nemeses', NEMESIS],
  ['timing', TIMING],
  ['expect', EXPECT],
  ['evidence', EVIDENCE],
  ['injections', INJECTION],
];

/** Markdown; the same for the same definitions. */
export async function planReference(catalog: Catalog): Promise<string> {
  const parts = [INTRODUCTION, '## Keys', keyTable(PLAN.keys, PLAN.required)];
  for (const [key, block] of BLOCKS)
    parts.push(`### \`${key}\``, block.summary, keyTable(block.keys, block.required), NOTES[key] ?? '');
  parts.push(
    VALUES,
    await systems(catalog),
    await deployments(catalog),
    await workloads(catalog),
    await nemeses(catalog),
    await checkers(catalog),
  );
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const INTRODUCTION = `# Plan reference

This page is generated from the definitions that validate plans (\`chaos reference\`); the same is available in an editor
through \`schema/plan.schema.json\`:

\`\`\`yaml
# yaml-language-server: $schema=../schema/plan.schema.json
name: raft stays linearizable under partitions
system: { use: raft, nodes: 5 }
deploy: local
workload: { use: register, clients: 10, rate: 200/s }
nemeses:
  - { use: partition, every: 10s, for: 5s }
  - { use: kill, targets: minority, every: 15s, for: 5s }
timing: { load: 60s }
\`\`\`

\`system\`, \`deploy\`, \`workload\` and each item of \`nemeses\` and \`checks\` may be a bare name where nothing else is to be said:
\`system: raft\` is \`system: { use: raft }\`. A key without a value counts as left out. \`npx chaos validate PLAN\` tells everything
that is wrong with a plan, \`npx chaos validate --expanded PLAN\` shows it with every default.`;

const NOTES: Readonly<Record<string, string>> = {
  nemeses: `Where neither \`every\` nor \`at\` is given, a nemesis strikes every ${DEFAULT_EVERY}. Every period is calm first and faulty at its end.`,
  expect:
    'With `expect: valid` no anomaly may be found. With `anomalies` the run is as expected when every listed one was found: a plan that must catch a known defect.',
};

const VALUES = `## Values

- **Durations** are a number and a unit: \`500ms\`, \`10s\`, \`1.5m\`, \`2h\` (also \`us\` and \`ns\`).
- **Rates** are a number per second, minute or hour: \`200/s\`, \`30/m\`.
- **Percentages**: \`30%\`.
- **Amounts of memory**: \`512MB\`, \`1GiB\`.
- **Paths** are relative to the file they are written in, whatever the working directory; \`~/\` is the home folder. A program
  may also be a name without a slash, such as \`python3\`: it is looked up on the PATH.

### Variables

\`\${NAME}\` in a value is replaced by the environment variable, \`\${NAME=default}\` has a default, \`\${NAME:type=default}\` a type
(${Object.keys(VARIABLE_TYPES).join(', ')}). Inside \`{ }\` and \`[ ]\` YAML wants quotes round it:
\`{ nodes: "\${NODES:integer=5}" }\`. A plain \`\${\` is written \`$\${\`.

### \`extends\`

\`extends: ./base.yaml\` lays this plan over another one: maps are merged key by key, everything else is replaced. A \`system\`,
\`deploy\` or \`workload\` that names another definition starts without the options of the one below. A key without a value takes
it away.

### \`matrix\`

\`\`\`yaml
matrix:
  system.with.reads: [read-index, lease]
  system.nodes: [3, 5]
\`\`\`

runs the plan four times. A path names keys and, in lists, indexes from 0 (\`nemeses.0.every\`). Each run has an id such as
\`nodes=3,reads=lease\`, made of the last word of each path, for \`npx chaos run --cell\`.

### \`--set\`

\`npx chaos run PLAN --set timing.load=60s --set nemeses.0.with.loss=30%\` overrides single values by the same paths. A path of
the matrix that is set is no longer varied.

### Modules of your own

\`use: ./my-system.ts\` loads a TypeScript or JavaScript module, relative to the plan. Its default export is what
\`defineSystem\` (\`defineWorkload\`, \`defineNemesis\`, \`defineChecker\`, \`defineDeployment\`) of the package \`chaosplan\` returns. A model of
your own is an option, \`checks: [{ linearizable: { model: ./my-model.ts } }]\`, whose module exports what \`defineModel\`
returns.`;

async function systems(catalog: Catalog): Promise<string> {
  const parts = (await catalog.all('system')).map((system) => {
    const facts = [
      ...(system.family === undefined ? [] : [`Family: ${system.family}.`]),
      ...(system.guarantees === undefined ? [] : [`Guarantees: ${sentenceEnd(system.guarantees)}`]),
      ...(system.survives === undefined ? [] : [`Survives: ${sentenceEnd(system.survives)}`]),
      ...(system.membership === undefined ? [] : ['Its members can change (`spares`, nemesis `membership`).']),
      `Workloads: ${codes(system.workloads)}.`,
    ];
    return [
      heading(system),
      facts.map((fact) => `- ${escaped(fact)}`).join('\n'),
      keyTable(systemOptions(system)),
      bugTable(system),
      weaknessTable(system),
    ];
  });
  return section('Systems', 'Options go under `system.with`.', parts);
}

function bugTable({ bugs }: AnySystem): string {
  const entries = Object.entries(bugs ?? {});
  if (entries.length === 0) return '';
  const rows = entries.map(([name, { summary, anomalies }]) => [
    `\`${name}\``,
    escaped(sentence(summary)),
    codes(anomalies),
  ]);
  return table(['bug', 'what is wrong', 'anomalies'], rows);
}

function weaknessTable({ weaknesses }: AnySystem): string {
  const entries = Object.entries(weaknesses ?? {});
  if (entries.length === 0) return '';
  const rows = entries.map(([name, { summary, anomalies, options = {} }]) => [
    `\`${name}\``,
    escaped(sentence(summary)),
    codes(anomalies),
    code(Object.keys(options).length === 0 ? '' : shortJson(options)),
  ]);
  return table(['weakness', 'what the design does not promise', 'anomalies', 'with'], rows);
}

async function deployments(catalog: Catalog): Promise<string> {
  const parts = (await catalog.all('deployment')).map((deployment) => {
    const { protocol, program, lifecycle } = offered(deployment, {});
    const facts = [
      ...(protocol === undefined ? [] : [`- To reference nodes: ${codes(protocol)}.`]),
      ...(program === undefined ? [] : [`- To Maelstrom programs: ${codes(program)}.`]),
      ...(lifecycle === undefined ? [] : [`- To programs run by commands: ${codes(lifecycle)}.`]),
    ];
    return [heading(deployment), facts.join('\n'), keyTable(deployment.options ?? NO_OPTIONS)];
  });
  return section('Deployments', 'Options stand beside `use` under `deploy`. What can be done to nodes there:', parts);
}

async function workloads(catalog: Catalog): Promise<string> {
  const parts = (await catalog.all('workload')).map((workload) => {
    const aliases = Object.entries(workload.aliases ?? {}).map(([name, preset]) => {
      const options = Object.keys(preset).length === 0 ? '' : ` (${escaped(JSON.stringify(preset))})`;
      return `\`${name}\`${options}`;
    });
    const checks = typeof workload.checks === 'function' ? undefined : workload.checks.map(({ use }) => use);
    const facts = [
      ...(aliases.length === 0 ? [] : [`- Also known as ${aliases.join(', ')}.`]),
      ...(checks === undefined ? [] : [`- Judged by ${codes(checks)}.`]),
    ];
    return [heading(workload), facts.join('\n'), keyTable(workload.options ?? NO_OPTIONS)];
  });
  return section('Workloads', 'Options go under `workload.with`.', parts);
}

async function nemeses(catalog: Catalog): Promise<string> {
  const parts = (await catalog.all('nemesis')).map((nemesis) => {
    const needs = typeof nemesis.needs === 'function' ? '' : `- Needs ${codes(nemesis.needs)}.\n`;
    const targets =
      nemesis.targets === null
        ? '- Chooses its own targets.'
        : `- Targets, where the plan names none: \`${nemesis.targets}\`.`;
    return [heading(nemesis), `${needs}${targets}`, keyTable(nemesis.options ?? NO_OPTIONS)];
  });
  return section('Nemeses', 'Options go under `with`.', parts);
}

async function checkers(catalog: Catalog): Promise<string> {
  const parts = (await catalog.all('checker')).map((checker) => {
    const always = checker.always === true ? ['- Judges every run.'] : [];
    const found = checker.anomalies.length === 0 ? [] : [`- Anomalies: ${codes(checker.anomalies)}.`];
    return [heading(checker), [...always, ...found].join('\n'), keyTable(checker.options ?? NO_OPTIONS)];
  });
  return section('Checkers', 'Options are a map under the name: `- availability: { at-least: 80% }`.', parts);
}

function section(title: string, text: string, parts: readonly string[][]): string {
  return [`## ${title}`, text, ...parts.flat().filter((part) => part !== '')].join('\n\n');
}

function heading({ name, summary }: { name: string; summary: string }): string {
  return `### ${name}\n\n${escaped(sentence(summary))}`;
}

function keyTable(options: Options, required: readonly string[] = requiredOf(options)): string {
  const rows = rowsOf(options, required, '');
  return rows.length === 0 ? '' : table(['key', 'value', 'default', 'meaning'], rows);
}

/** A row for each option, nested ones as `outer.inner` behind the outer one. */
function rowsOf(options: Options, required: readonly string[], prefix: string): string[][] {
  return Object.entries(options).flatMap(([name, schema]) => {
    const fallback = required.includes(name)
      ? 'required'
      : schema.default === undefined
        ? ''
        : code(shortJson(schema.default));
    const row = [
      code(prefix + name),
      escaped(valueText(schema)),
      fallback,
      escaped(sentence(schema.description ?? '')),
    ];
    return [row, ...rowsOf(schema.properties ?? {}, schema.required ?? [], `${prefix}${name}.`)];
  });
}

function valueText(schema: OptionSchema): string {
  const { type, items, minimum, maximum } = schema;
  const range = [
    minimum === undefined ? '' : `from ${minimum}`,
    maximum === undefined || maximum > 1e12 ? '' : `to ${maximum}`,
  ].filter((part) => part !== '');
  const untyped = type === undefined && schema.enum === undefined && schema.anyOf === undefined;
  const base = untyped ? '' : type === 'array' && items !== undefined ? listText(items) : expected(schema);
  return [base, ...range].join(' ');
}

function listText(items: OptionSchema): string {
  const inner = valueText(items);
  return inner === '' ? 'a list' : `a list: ${inner}`;
}

function shortJson(value: unknown): string {
  return typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? `[${value.map(shortJson).join(', ')}]`
      : objectText(value);
}

function objectText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${shortJson(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return text === '' ? '' : `\`${escaped(text)}\``;
}

function codes(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.map(code).join(', ');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}

function sentenceEnd(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const begun = `${trimmed[0]?.toUpperCase()}${trimmed.slice(1)}`;
  return sentenceEnd(begun);
}
