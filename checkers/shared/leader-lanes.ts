// Who led when, by the nodes' own reports: a row for each node, with the terms; two leaders of one term stand out.
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { Chart, Span } from '../../framework/contracts/exhibit.js';
import type { Nanoseconds } from '../../framework/contracts/time.js';
import { lanesChart } from './exhibits.js';
import { type LeaderReport, leaderReport } from './leaders.js';

interface Reign {
  node: string;
  term: string;
  from: Nanoseconds;
  to: Nanoseconds;
}

const termOf = ({ term, scope }: LeaderReport) => (scope === undefined ? `term ${term}` : `term ${term} of ${scope}`);

/**
 * From the report by which a node leads a term to the one by which it leads another or none, or to its end. Leaders of different
 * terms may overlap: one that is cut off does not know better.
 */
function reigns(events: readonly NodeEvent[], end: Nanoseconds): Reign[] {
  const all: Reign[] = [];
  /** By node and group. */
  const open = new Map<string, Reign>();
  const close = (key: string, at: Nanoseconds) => {
    const reign = open.get(key);
    if (reign === undefined) return;
    reign.to = at;
    open.delete(key);
  };
  for (const event of events) {
    if (event.time > end) break;
    if (event.kind === 'start' || event.kind === 'exit') {
      for (const [key, { node }] of [...open]) if (node === event.node) close(key, event.time);
      continue;
    }
    const said = leaderReport(event);
    if (said === null) continue;
    const key = JSON.stringify([event.node, said.scope]);
    const term = termOf(said);
    if (said.leads && open.get(key)?.term === term) continue;
    close(key, event.time);
    if (!said.leads) continue;
    const reign = { node: event.node, term, from: event.time, to: end };
    open.set(key, reign);
    all.push(reign);
  }
  return all;
}

/** `end`: of the history, where reports end to matter; null: nobody led. */
export function leaderLanes(events: readonly NodeEvent[], nodes: readonly string[], end: Nanoseconds): Chart | null {
  const all = reigns(events, end);
  if (all.length === 0) return null;
  const leaders = new Map<string, Set<string>>();
  for (const { term, node } of all) leaders.set(term, (leaders.get(term) ?? new Set()).add(node));
  const spansOf = (name: string) =>
    all
      .filter(({ node }) => node === name)
      .map(({ from, to, term }): Span => {
        const wrong = leaders.get(term)!.size > 1;
        return { from, to, text: term, ...(wrong ? { wrong } : {}) };
      });
  return lanesChart(
    'Who led, by the nodes’ own reports',
    'A row for each node, with the terms that it led. Leaders of different terms may overlap; two leaders of one term are wrong.',
    [...new Set([...nodes, ...all.map(({ node }) => node)])].map((name) => ({ name, spans: spansOf(name) })),
  );
}
