// `summary.md`: the first screen of the report for pull requests and job summaries, in Markdown as GitHub and GitLab read it.
import type { Operation } from '../contracts/history.js';
import type { RunResult } from '../contracts/result.js';
import { faultsDuring } from './guilt.js';
import { block, plain } from './markdown-text.js';
import { keyText, operationText } from './operations.js';
import type { Case, Story } from './story.js';
import { systemName } from './subject.js';
import { clip, clipShort, grouped, listed, plural } from './text.js';
import { duration, instant } from './time-text.js';
import { standingOf, verdictLine } from './verdict.js';

const MOST_ANOMALIES = 5;
const MOST_FAULTS = 6;
const MOST_ROWS = 50;

interface Column<Row> {
  title: string;
  numeric?: boolean;
  cell: (row: Row, position: number) => string;
}

function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ numeric = false }) => (numeric ? '--:' : '---'))),
    ...rows.slice(0, MOST_ROWS).map((row, position) => line(columns.map(({ cell }) => cell(row, position)))),
    ...(rows.length > MOST_ROWS ? ['', `${plural(rows.length - MOST_ROWS, 'more row')} in result.json.`] : []),
  ].join('\n');
}

/** Bounded, whatever the history; the same story gives the same text. */
export function renderMarkdown(story: Story): string {
  const { result } = story.input;
  const { symbol, word, remark } = standingOf(result);
  const [head] = story.cases;
  const parts = [
    `## ${symbol} ${plain(verdictLine(result, word), 400)}`,
    facts(story),
    remark === undefined ? '' : plain(remark, 400),
    ...errorOf(result),
    missingParts(story),
    head === undefined ? '' : anomaly(story, head),
    otherAnomalies(story),
    `Repeat it:\n\n${block(clip(result.repeat, 4000), 'sh')}`,
    details('Operations, faults and checks', [operations(result), faults(result), checks(result)]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function missingParts({ input: { notices = [] } }: Story): string {
  if (notices.length === 0) return '';
  return [
    'Not all of this run is here:',
    '',
    ...notices.slice(0, MOST_ROWS).map((notice) => `- ${plain(notice, 400)}`),
  ].join('\n');
}

function facts({ input: { result }, statistics }: Story): string {
  const { plan, system, deployment, nodes, seed, times } = result;
  const cell = plan.cell === null ? '' : ` (${plain(plan.cell, 120)})`;
  const bug = Object.hasOwn(system.options, 'bug') ? system.options['bug'] : 'none';
  const planted = typeof bug === 'string' && bug !== 'none' ? ` with the planted bug ${plain(bug, 60)}` : '';
  return [
    `**${plain(plan.name, 200)}**${cell}`,
    `${plain(systemName(result), 120)}${planted}, ${plural(nodes.length, 'node')}, ${plain(deployment, 40)}`,
    `${plural(statistics.operations, 'operation')} in ${duration(times.duration * 1_000_000)}`,
    `seed ${seed}`,
  ].join(' · ');
}

function errorOf({ error }: RunResult): string[] {
  if (error === undefined) return [];
  const hint = error.hint === undefined ? '' : `\n\n${plain(error.hint, 500)}`;
  return [`**${plain(error.code, 80)}**: ${plain(error.message, 2000)}${hint}`];
}

function anomaly(story: Story, found: Case): string {
  const { name, key, checker, message } = found.anomaly;
  const place = key === undefined ? '' : ` on key ${plain(keyText(key), 60)}`;
  const shown = found.operations.length === 0 ? '' : `\n\n${proof(found)}`;
  return `### ${plain(name, 80)}${place}, found by ${plain(checker, 60)}\n\n${plain(message, 1000)}${shown}\n\n${inForce(story, found)}`;
}

function proof({ operations, hidden, span }: Case): string {
  const columns: Column<Operation>[] = [
    { title: '#', numeric: true, cell: (_, position) => String(position + 1) },
    { title: 'process', numeric: true, cell: ({ process }) => String(process) },
    { title: 'operation', cell: (operation) => plain(operationText(operation, 120), 130) },
    { title: 'node', cell: ({ node }) => plain(node ?? '', 40) },
    { title: 'invoked', numeric: true, cell: ({ invoked }) => instant(invoked) },
    {
      title: 'completed',
      numeric: true,
      cell: ({ completed }) => (completed === undefined ? 'never' : instant(completed)),
    },
    { title: 'outcome', cell: ({ outcome }) => outcome },
  ];
  const more = hidden > 0 && span !== undefined ? `\n\n${plural(hidden, 'more operation')} in result.json.` : '';
  return `${table(columns, operations)}${more}`;
}

function inForce(story: Story, found: Case): string {
  const during = faultsDuring(story, found);
  if (during.length === 0) return 'No fault was in force then.';
  const lines = during.slice(0, MOST_FAULTS).map(({ fault, during: numbers }) => {
    const until = fault.healed ? instant(fault.to) : 'the end';
    const which =
      numbers.length === 0
        ? ''
        : `, during ${numbers.length === 1 ? 'operation' : 'operations'} ${listed(numbers.map(String))}`;
    return `- **${plain(fault.name, 40)}** ${plain(fault.what, 200)}: ${instant(fault.from)} to ${until}${which}`;
  });
  const more = during.length > MOST_FAULTS ? [`- and ${plural(during.length - MOST_FAULTS, 'more fault')}`] : [];
  return ['In force:', '', ...lines, ...more].join('\n');
}

function otherAnomalies({ cases, others }: Story): string {
  const rest = [...cases.slice(1).map(({ anomaly: found }) => found), ...others];
  if (rest.length === 0) return '';
  const lines = rest
    .slice(0, MOST_ANOMALIES)
    .map(({ name, message, checker }) => `- **${plain(name, 80)}** (${plain(checker, 60)}): ${plain(message, 300)}`);
  const more = rest.length - lines.length;
  return [
    'Also found:',
    '',
    ...lines,
    ...(more > 0 ? [`- and ${plural(more, 'more anomaly', 'more anomalies')}`] : []),
  ].join('\n');
}

function details(title: string, parts: readonly string[]): string {
  const content = parts.filter((part) => part !== '').join('\n\n');
  return content === '' ? '' : `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

function operations({ coverage }: RunResult): string {
  const rows = Object.entries(coverage.operations);
  if (rows.length === 0) return 'No operation was recorded.';
  const count = (name: 'invoke' | 'ok' | 'fail' | 'info', title: string): Column<(typeof rows)[number]> => ({
    title,
    numeric: true,
    cell: ([, counts]) => grouped(counts[name]),
  });
  return table(
    [
      { title: 'function', cell: ([name]) => plain(name, 60) },
      count('invoke', 'invoked'),
      count('ok', 'ok'),
      count('fail', 'fail'),
      count('info', 'info'),
    ],
    rows,
  );
}

function faults({ coverage }: RunResult): string {
  if (coverage.faults.length === 0) return 'The plan injects no faults.';
  return table(
    [
      { title: 'fault', cell: ({ nemesis }) => plain(nemesis, 60) },
      { title: 'injected', numeric: true, cell: ({ injected }) => grouped(injected) },
      { title: 'overlapped by operations', numeric: true, cell: ({ overlapped }) => grouped(overlapped) },
      { title: 'in force', numeric: true, cell: ({ inForce: time }) => duration(time) },
    ],
    coverage.faults,
  );
}

function checks({ checks: all }: RunResult): string {
  const rows = Object.entries(all);
  if (rows.length === 0) return 'No check was run.';
  const word = { true: '✔ valid', false: '✘ invalid', unknown: '? unknown' } as const;
  return table(
    [
      { title: 'check', cell: ([name]) => plain(name, 60) },
      { title: 'verdict', cell: ([, { valid }]) => word[String(valid) as keyof typeof word] },
      { title: 'why', cell: ([, { reason }]) => plain(clipShort(reason ?? '', 300), 400) },
    ],
    rows,
  );
}
