// Looks for telling lines in the nodes' logs: `panic`, `fatal`, `assertion failed`.
import { defineChecker } from '../framework/contracts/define.js';
import type { Table, TableCell } from '../framework/contracts/exhibit.js';
import { option } from '../framework/contracts/options.js';
import { ofHowMany, showing } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings, stopped } from './shared/findings.js';
import { compilePattern } from './shared/pattern.js';
import { amount } from './shared/text.js';

interface Options {
  pattern: string;
  'ignore-case': boolean;
  nodes: readonly string[];
}

/** Characters of a line that are looked at. */
const LONGEST = 2000;
const SHOWN = 200;
/** Lines in the table. */
const MOST_ROWS = 200;
/** Lines between two questions whether to stop. */
const PATIENCE = 4096;

function table(rows: readonly TableCell[][], found: number): Table | null {
  if (found === 0) return null;
  return {
    kind: 'table',
    title: 'Lines that match',
    note: `In the order of the nodes and their logs.${ofHowMany(rows.length, found)}`,
    columns: [{ title: 'node' }, { title: 'line', numeric: true }, { title: 'what it says' }],
    rows,
  };
}

export default defineChecker<Options>({
  name: 'log-pattern',
  summary: 'No line of a node’s log matches a pattern.',
  options: {
    pattern: option.text(
      'A regular expression that no line may match, such as `panic|fatal`. No group in it that repeats may itself repeat or branch.',
      'panic|fatal',
    ),
    'ignore-case': option.flag('Whether capital and small letters are the same.', true),
    nodes: option.list('The nodes whose logs are read; none named: all.', option.text('A node.'), []),
  },
  anomalies: ['log-pattern'],
  explains: EXPLANATIONS,
  check(_history, { options, nodes, log, cancelled }) {
    const pattern = compilePattern(options.pattern, options['ignore-case']);
    const findings = new Findings();
    if (!pattern.ok) return findings.verdict({ unknown: `the pattern cannot be used: ${pattern.reason}` });
    const stranger = options.nodes.find((node) => !nodes.includes(node));
    if (stranger !== undefined) return findings.verdict({ unknown: `there is no node ${stranger}` });
    const lines: Record<string, number> = {};
    const matches: Record<string, number> = {};
    const rows: TableCell[][] = [];
    let total = 0;
    for (const node of options.nodes.length > 0 ? options.nodes : nodes) {
      let number = 0;
      let found = 0;
      for (const line of log(node)) {
        if (number++ % PATIENCE === 0 && cancelled()) return stopped();
        if (!pattern.regex.test(line.slice(0, LONGEST))) continue;
        found++;
        if (rows.length < MOST_ROWS) rows.push([node, number, line.slice(0, LONGEST)]);
        findings.add('log-pattern', () => ({
          message: `${node} logged ${JSON.stringify(line.slice(0, SHOWN))} (line ${number} of its log).`,
          evidence: { node, number, line: line.slice(0, LONGEST) },
        }));
      }
      lines[node] = number;
      matches[node] = found;
      total += number;
    }
    const verdict = findings.verdict({
      unknown: total === 0 ? 'the nodes logged nothing' : null,
      valid: `none of ${amount(total, 'line')} matched`,
      details: { lines, matches },
    });
    return showing(verdict, table(rows, findings.count('log-pattern')));
  },
});
