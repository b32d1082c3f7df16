// Whether replicas come to agree once they are left in peace, by their own reports: the promise of eventual consistency with a
// bound (Vogels, Eventually Consistent, 2009; strong eventual consistency: Shapiro et al., Conflict-free Replicated Data Types, 2011).
import { defineChecker } from '../../framework/contracts/define.js';
import { EVENT_FAIL, EVENT_INVOKE, type History } from '../../framework/contracts/history.js';
import { option } from '../../framework/contracts/options.js';
import { type Nanoseconds, toNs } from '../../framework/contracts/time.js';
import { showing } from '../shared/exhibits.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { Findings } from '../shared/findings.js';
import { courseOf } from '../shared/phases.js';
import { endOf } from '../shared/reports.js';
import { amount, instant, list, milliseconds, show, span } from '../shared/text.js';
import type { Agreement, Group } from './agreement.js';
import { Nodes } from './nodes.js';
import { differentStates, divergenceLanes } from './picture.js';
import { pushTheory } from './theory.js';

interface Options {
  within: number;
}

/** The last moment at which a client may have changed anything: of operations that did not fail. Null: none did anything. */
function lastUpdate(history: History, reads: readonly string[]): Nanoseconds | null {
  const { type, f, mate, process, time, length } = history.columns;
  const readOnly = history.functions.map((name) => reads.includes(name));
  for (let row = length - 1; row >= 0; row--) {
    if (process[row]! < 0 || readOnly[f[row]!]) continue;
    const end = type[row] === EVENT_INVOKE ? mate[row]! : row;
    if (end < 0 || type[end] !== EVENT_FAIL) return time[row]!;
  }
  return null;
}

function who({ nodes, value, since }: Group, what: string): string {
  const verb = nodes.length === 1 ? 'reports' : 'report';
  return `${list(nodes)} ${verb} ${what} ${show(value)} since ${instant(since)}`;
}

/** Each time that nodes differed for too long. */
function judge(
  findings: Findings,
  name: string,
  what: string,
  agreement: Agreement,
  quiet: number,
  within: number,
): void {
  for (const { from, to, open, groups } of agreement.disagreements) {
    if (groups === null) continue;
    const until = open ? 'until the run ended' : `until ${instant(to)}`;
    findings.add(name, () => ({
      message: `Faults and updates were over at ${instant(quiet)}, and from ${instant(from)} on nodes differed for ${span(to - from)}, ${until}; ${span(within)} were allowed: ${groups.map((group) => who(group, what)).join('; ')}.`,
      evidence: { quiet, from, to, open, groups },
    }));
  }
}

const isOpen = ({ disagreements }: Agreement) => disagreements.at(-1)?.open === true;

export default defineChecker<Options>({
  name: 'convergence',
  summary:
    'Once faults and updates are over, all nodes that run soon report the same state (`digest`), and the same members of the cluster (`members`).',
  options: {
    within: option.duration(
      'For how long nodes may differ once the last fault has healed and the last update has ended.',
      '5s',
    ),
  },
  anomalies: ['divergence', 'membership-divergence'],
  explains: EXPLANATIONS,
  check(history, { options, nodes, reads, events }) {
    const within = toNs(options.within);
    const end = endOf(history);
    const updated = lastUpdate(history, reads);
    const quiet = Math.max(updated ?? 0, courseOf(history).lastHeal ?? 0);
    const cluster = new Nodes(nodes, !events.some(({ kind }) => kind === 'start'), quiet, within);
    for (const event of events) if (event.time <= end) cluster.take(event);
    const silent = cluster.silent();
    cluster.digests.end(end);
    cluster.members.end(end);
    const findings = new Findings();
    judge(findings, 'divergence', 'the digest', cluster.digests, quiet, within);
    judge(findings, 'membership-divergence', 'the members', cluster.members, quiet, within);

    const undecided = isOpen(cluster.digests) || isOpen(cluster.members);
    const agreed = Math.max(
      quiet,
      ...[cluster.digests, cluster.members].flatMap((all) => all.disagreements.map(({ to }) => to)),
    );
    const { round, sent } = cluster.cost(agreed);
    const known = cluster.digests.heard && !undecided;
    const size = Math.max(1, cluster.count());
    const unknown = () => {
      if (!cluster.digests.heard) return 'no node reported a digest of its state';
      if (updated === null) return 'no operation changed anything';
      if (undecided)
        return `nodes differed when the run ended, ${span(end - quiet)} after the last update and the last heal`;
      return silent.length > 0 ? `${list(silent)} reported no digest since the last start` : null;
    };
    const verdict = findings.verdict({
      unknown: unknown(),
      valid: `${amount(size, 'node')} agreed ${span(agreed - quiet)} after the last update and the last heal`,
      details: {
        quiet,
        agreed: known ? agreed : null,
        milliseconds: known ? milliseconds(agreed - quiet) : null,
        rounds: round,
        messages: sent,
        theory: { nodes: size, ...pushTheory(size), source: 'log2 n + ln n rounds of push (Pittel 1987)' },
      },
    });
    const { digests, members } = cluster;
    return showing(
      verdict,
      divergenceLanes(digests, 'digest', nodes, quiet, end),
      divergenceLanes(members, 'members', nodes, quiet, end),
      differentStates({ digests, 'lists of members': members }, end),
    );
  },
});
