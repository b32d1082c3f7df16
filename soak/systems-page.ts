// docs/systems.md: all reference systems on one page, from their definitions and from what the simulation measures.
import type { Catalog } from '../framework/catalog/catalog.js';
import type { AnySystem } from '../framework/contracts/system.js';
import { type Costs, costsOf } from './costs.js';

const HEAD = `# The reference systems

Written by \`npm run docs\` from the definitions in \`systems/\` and from measurements in the simulation, which are the same on
every machine. The page of each system says why it is so, with the paper, the options and the planted bugs.

**Single-leader** systems send every change through one node, which puts all in one order; they need an election when it is
gone. **Leaderless** ones let every node coordinate, and agree by quorums, or later.

A majority of four nodes stands no more failures than one of three. primary-backup, whose nodes are counted by hand (\`acks\`), refuses
an even number of voters; the others take it, because members that come and go pass through it.`;

const COSTS = `*Messages* are those of one operation, its request and its answer included, and in brackets what the system says each second
while nobody asks; *delays* are how many messages after one another an operation waits for (median), from the client's request
(1) to its answer (1). Five nodes, ten clients, each bound to a node, no faults, default options.`;

export async function systemsPage(catalog: Catalog): Promise<string> {
  const systems = (await catalog.all('system')).filter(({ nodes }) => nodes !== undefined);
  const byFamily = (['single-leader', 'leaderless'] as const).flatMap((family) =>
    systems.filter((system) => system.family === family),
  );
  const costs: Costs[] = [];
  for (const system of byFamily) costs.push(await costsOf(system));
  return `${[
    HEAD,
    table(
      ['system', 'family', 'guarantee', 'faults survived', 'members change', 'messages', 'delays', 'weaknesses'],
      byFamily.map((system, i) => [
        `[${system.name}](../systems/${system.name}/README.md)`,
        system.family ?? '',
        sentence(system.guarantees),
        sentence(system.survives),
        system.membership === undefined ? 'no' : 'yes',
        ...figures(costs[i]!),
        Object.keys(system.weaknesses ?? {})
          .map((weakness) => `[${weakness}](${truth(system.name, weakness)})`)
          .join(', ') || 'none stated',
      ]),
    ),
    COSTS,
    `## What each design does not promise\n\nNothing is wrong there, and it happens all the same; the plan shows it.`,
    table(['system', 'weakness', 'anomalies', 'plan'], byFamily.flatMap(weaknesses)),
    `## Planted bugs\n\nEach is off unless a plan asks for it, and has a plan that must find it.`,
    table(['system', 'bug', 'what is wrong', 'plan'], byFamily.flatMap(bugs)),
  ].join('\n\n')}\n`;
}

function weaknesses({ name, weaknesses = {} }: AnySystem): string[][] {
  return Object.entries(weaknesses).map(([weakness, { summary, anomalies }]) => [
    name,
    sentence(summary),
    anomalies.map((anomaly) => `\`${anomaly}\``).join(', '),
    link(truth(name, weakness)),
  ]);
}

function truth(system: string, weakness: string): string {
  return `../plans/${system}/truths/${system}-${weakness}.yaml`;
}

function figures({ messages, idle, rounds }: Costs): [messages: string, delays: string] {
  const delays = Object.entries(rounds).map(([f, count]) => `${f} ${figure(count)}`);
  return [`${figure(messages)} (${idle.toFixed(0)})`, delays.join(', ')];
}

function bugs({ name, bugs = {} }: AnySystem): string[][] {
  return Object.entries(bugs).map(([bug, { summary, rare }]) => [
    name,
    `\`${bug}\``,
    rare === undefined ? sentence(summary) : `${sentence(summary)} Rare: ${rare}.`,
    link(`../plans/${name}/bugs/${name}-${bug}.yaml`),
  ]);
}

function link(path: string): string {
  return `[${path.slice(path.lastIndexOf('/') + 1)}](${path})`;
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function sentence(text = ''): string {
  const trimmed = text.trim();
  return trimmed === ''
    ? ''
    : `${trimmed[0]!.toUpperCase()}${trimmed.slice(1).replace(/\.$/, '')}.`.replaceAll('|', '\\|');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
