// What was found of hosts, as lines for a terminal: a row for each, a column for each thing.
import type { HostReport } from './preflight.js';

/** A row for each host; then the warnings. Hosts that could not be asked have only their reason. */
export function preflightTable(reports: readonly HostReport[]): string[] {
  const names = [...new Set(reports.flatMap(({ checks }) => checks.map(({ name }) => name)))].filter(
    (name) => name !== 'reached',
  );
  const head = ['host', 'address', ...names];
  const rows = reports.map(({ host, checks }) => {
    const cells = names.map((name) => checks.find((check) => check.name === name)?.cell ?? '');
    return [host.name, host.address, ...cells];
  });
  const unreached = reports.flatMap(({ checks }, index) => {
    const cell = checks.find(({ name }) => name === 'reached')?.cell;
    return cell === undefined ? [] : [[index, cell] as const];
  });
  const widths = head.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const lines = [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line);
  for (const [index, cell] of unreached) lines[index + 2] = `${line(rows[index]!)}  ${cell}`;
  return [...lines, ...warnings(reports)];
}

function warnings(reports: readonly HostReport[]): string[] {
  return reports.flatMap(({ host, checks }) =>
    checks.flatMap(({ warning }) =>
      warning === undefined ? [] : [`warning: ${host.name} (${host.title}): ${warning}`],
    ),
  );
}
