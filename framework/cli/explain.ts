// chaos explain: what an anomaly means, which guarantees it breaks, an example, and what usually causes it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AnyChecker } from '../contracts/checker.js';
import { ChaosError } from '../contracts/error.js';
import type { Explanation } from '../contracts/explanation.js';
import { EXIT } from '../contracts/result.js';
import type { AnySystem } from '../contracts/system.js';
import type { Command } from './command.js';
import { type Io, paint } from './io.js';
import { wrapped } from './wrapped.js';

interface Explained extends Explanation {
  name: string;
  /** Names of the checkers that find it. */
  checkers: string[];
  /** Planted bugs and weaknesses of designs that cause it, those that cause little else first. */
  shown: Shown[];
}

interface Shown {
  system: string;
  cause: string;
  summary: string;
  plan: string | null;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Lines are no longer than this on wide terminals: long ones are hard to read. */
const WIDEST = 100;

const MOST_SHOWN = 4;

export const explain: Command = {
  usage: 'explain [anomalies...]',
  summary: 'say what an anomaly means, what it breaks and what usually causes it',
  options: [{ flags: '--json', description: 'as JSON' }],
  help: 'Examples:\n  npx chaos explain\n  npx chaos explain stale-read\n  npx chaos explain lost-write split-brain --json',
  action: async (args, options, io) => {
    const asked = (args[0] ?? []) as string[];
    const all = await explanations();
    const chosen = asked.length === 0 ? all : await Promise.all(asked.map((name) => byName(all, name)));
    if (options['json'] === true) io.out(`${JSON.stringify(chosen, null, 2)}\n`);
    else if (asked.length === 0) overview(all, io);
    else for (const explained of chosen) print(explained, io);
    return EXIT.ok;
  },
};

async function explanations(): Promise<Explained[]> {
  const { defaultCatalog } = await import('../catalog/catalog.js');
  const checkers = (await defaultCatalog().all('checker')) as AnyChecker[];
  const systems = (await defaultCatalog().all('system')) as AnySystem[];
  const found = new Map<string, Explained>();
  for (const { name: checker, anomalies, explains = {} } of checkers) {
    for (const name of anomalies) {
      const explanation = Object.hasOwn(explains, name) ? explains[name] : undefined;
      if (explanation === undefined) continue;
      const known = found.get(name) ?? { name, ...explanation, checkers: [], shown: shownBy(systems, name) };
      known.checkers.push(checker);
      found.set(name, known);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function shownBy(systems: readonly AnySystem[], anomaly: string): Shown[] {
  return systems
    .flatMap(({ name: system, bugs = {}, weaknesses = {} }) =>
      Object.entries({ bugs, truths: weaknesses }).flatMap(([folder, causes]) =>
        Object.entries(causes).map(([cause, { summary, anomalies }]) => {
          const plan = `plans/${system}/${folder}/${system}-${cause}.yaml`;
          return { system, cause, summary, plan: existsSync(`${ROOT}${plan}`) ? plan : null, anomalies };
        }),
      ),
    )
    .filter(({ anomalies }) => anomalies.includes(anomaly))
    .sort((a, b) => a.anomalies.length - b.anomalies.length)
    .map(({ anomalies: _, ...shown }) => shown);
}

async function byName(all: readonly Explained[], name: string): Promise<Explained> {
  const found = all.find((explained) => explained.name === name);
  if (found !== undefined) return found;
  const { nearest } = await import('../plan/nearest.js');
  const names = all.map((explained) => explained.name);
  const meant = nearest(name, names);
  throw new ChaosError('unknown-name', `no anomaly is called '${name}'`, {
    kind: 'usage',
    hint: meant === undefined ? `there are: ${names.join(', ')}` : `did you mean "${meant}"?`,
  });
}

function overview(all: readonly Explained[], io: Io): void {
  const width = all.reduce((longest, { name }) => Math.max(longest, name.length), 0);
  for (const { name, meaning } of all) {
    const [first = '', ...rest] = wrapped(meaning, widthOf(io) - width - 2);
    io.out(`${paint(io, 'cyan', name.padEnd(width))}  ${first}\n`);
    for (const line of rest) io.out(`${' '.repeat(width + 2)}${line}\n`);
  }
}

function print({ name, meaning, breaks, example, causes, checkers, shown }: Explained, io: Io): void {
  const paragraph = (text: string, indent = '  ', first = indent) =>
    wrapped(text, widthOf(io) - indent.length).forEach((line, i) => {
      io.out(`${i === 0 ? first : indent}${line}\n`);
    });
  const title = (text: string) => io.out(`\n${paint(io, 'bold', text)}\n`);
  io.out(`${paint(io, 'cyan', name)}\n`);
  paragraph(meaning);
  if (breaks.length > 0) {
    title('It breaks');
    paragraph(breaks.join(', '));
  }
  title('Such as');
  for (const line of example) io.out(`  ${line}\n`);
  title('Usual causes');
  for (const cause of causes) paragraph(cause, '    ', '  - ');
  title('Found by');
  paragraph(checkers.join(', '));
  if (shown.length > 0) title('See it happen');
  for (const { system, cause, summary, plan } of shown.slice(0, MOST_SHOWN)) {
    paragraph(`${system}, ${cause}: ${summary}`, '    ', '  - ');
    if (plan !== null) io.out(`      npx chaos run ${plan}\n`);
  }
  if (shown.length > MOST_SHOWN) paragraph(`and ${shown.length - MOST_SHOWN} more: docs/systems.md`);
  io.out('\n');
}

function widthOf({ columns }: Io): number {
  return Math.min(WIDEST, Math.max(40, columns));
}
