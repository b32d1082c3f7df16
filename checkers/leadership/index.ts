// Who leads, by the nodes' own reports: never two in one term (Ongaro and Ousterhout, In Search of an Understandable Consensus
// Algorithm, 2014, 5.2, election safety), and soon another one when the leader is lost.

import type { NodeEvent } from '../../framework/contracts/cluster.js';
import { defineChecker } from '../../framework/contracts/define.js';
import type { Chart } from '../../framework/contracts/exhibit.js';
import type { History } from '../../framework/contracts/history.js';
import { option } from '../../framework/contracts/options.js';
import { type Milliseconds, toNs } from '../../framework/contracts/time.js';
import { lanesChart, showing } from '../shared/exhibits.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { Findings, stopped } from '../shared/findings.js';
import { leaderLanes } from '../shared/leader-lanes.js';
import { findSplitBrains } from '../shared/leaders.js';
import { quantiles } from '../shared/quantiles.js';
import { endOf } from '../shared/reports.js';
import { amount, instant, milliseconds, span } from '../shared/text.js';
import { type Cause, Elections, type Loss } from './elections.js';
import { Reach } from './reach.js';
import { timeline } from './timeline.js';

interface Options {
  within?: Milliseconds;
}

const BEFELL: Readonly<Record<Exclude<Cause, 'start'>, string>> = {
  stopped: 'stopped',
  paused: 'was paused',
  'cut off': 'was cut off from a majority',
  'stepped down': 'said that it led no more',
};

/** The elections of each group of nodes; most clusters are one. */
function electionsOf(history: History, nodes: readonly string[], events: readonly NodeEvent[]): Elections[] {
  const moments = timeline(history, events);
  const changing = moments.some((moment) => moment.kind === 'fault' && moment.name === 'membership');
  const reach = new Reach(nodes, !events.some(({ kind }) => kind === 'start'), changing);
  const groups = new Map<string | undefined, Elections>();
  for (const moment of moments) {
    if (moment.kind !== 'report' || groups.has(moment.said.scope)) continue;
    groups.set(moment.said.scope, new Elections(reach, moments[0]!.time));
  }
  const all = [...groups.values()];
  for (const moment of moments) {
    if (moment.kind === 'report') {
      groups.get(moment.said.scope)!.report(moment.time, moment.said);
      continue;
    }
    if (moment.kind === 'fault') reach.fault(moment.name, moment.value);
    else reach.process(moment.event);
    for (const elections of all) elections.disturbed(moment.time);
  }
  for (const elections of all) elections.end(endOf(history));
  return all;
}

function slow({ cause, at, leader, end, until, successor, calm }: Loss, within: number) {
  const what =
    leader === null || cause === 'start'
      ? `Nobody led from ${instant(at)} on`
      : `${leader.node}, the leader of term ${leader.term}, ${BEFELL[cause]} at ${instant(at)}`;
  const then =
    end === 'open'
      ? 'nobody led when the run ended'
      : end === 'kept'
        ? `nobody else led until it was back at ${instant(until)}`
        : `${successor!.node} led term ${successor!.term} only from ${instant(until)} on`;
  return {
    message: `${what}, and ${then}, though for ${span(calm)} a majority could talk to each other and no fault began or ended; ${span(within)} were allowed.`,
    evidence: { cause, lost: at, until, calm, term: leader?.term ?? null, successor },
  };
}

/** How long there was no (new) leader; null: there always was one. */
function electionLanes(losses: readonly Loss[], within: number): Chart | null {
  const lost = losses.filter(({ at, until }) => until > at);
  const causes = [...new Set(lost.map(({ cause }) => cause))];
  const lanes = causes.map((cause) => ({
    name: cause,
    spans: lost
      .filter((loss) => loss.cause === cause)
      .map((loss) => ({
        from: loss.at,
        to: loss.until,
        text: electionText(loss),
        ...(loss.calm > within ? { wrong: true } : {}),
      })),
  }));
  return lanesChart(
    'How long it took until somebody led a later term',
    `From the moment that the leader was lost, for the reason on the left, to the first report of another one${Number.isFinite(within) ? `; red where a majority left in peace took longer than ${span(within)}` : ''}.`,
    lanes,
  );
}

function electionText({ leader, successor, end, at, until }: Loss): string {
  const lost = leader === null ? '' : `${leader.node} (term ${leader.term}) lost, `;
  const then =
    end === 'open'
      ? 'nobody led in the end'
      : end === 'kept'
        ? 'it came back'
        : `${successor!.node} led term ${successor!.term}`;
  return `${lost}${then} after ${span(until - at)}`;
}

export default defineChecker<Options>({
  name: 'leadership',
  summary:
    'No two nodes report that they lead the same term; and how long it takes until somebody leads a later one when the leader stops, is paused, cut off or deposed.',
  options: {
    within: option.duration(
      'How soon a majority that is left in peace must have a new leader; left out: it is only measured.',
    ),
  },
  anomalies: ['split-brain', 'slow-election'],
  explains: EXPLANATIONS,
  check(history, { options, nodes, events, cancelled }) {
    if (cancelled()) return stopped();
    const findings = new Findings();
    const terms = findSplitBrains(findings, events);
    const groups = electionsOf(history, nodes, events);
    const losses = groups.flatMap((elections) => elections.losses);
    const within = options.within === undefined ? Number.POSITIVE_INFINITY : toNs(options.within);
    for (const loss of losses) {
      if (loss.calm > within) findings.add('slow-election', () => slow(loss, within));
    }
    const first = losses.filter(({ cause, end }) => cause === 'start' && end === 'replaced');
    const lost = losses.filter(({ cause }) => cause !== 'start');
    const replaced = lost.filter(({ end }) => end === 'replaced');
    const times = quantiles(replaced.map(({ at, until }) => until - at));
    const causes = [...new Set(lost.map(({ cause }) => cause))];
    const median = times === null ? '' : `, ${times.median} ms in the median`;
    const verdict = findings.verdict({
      unknown: terms === 0 ? 'no node reported that it leads a term' : null,
      valid: `${amount(terms, 'term')}, one leader each; ${amount(replaced.length, 'lost leader')} replaced${median}`,
      details: {
        terms,
        first: first.length === 0 ? null : milliseconds(Math.max(...first.map(({ at, until }) => until - at))),
        lost: lost.length,
        byCause: Object.fromEntries(causes.map((cause) => [cause, lost.filter((loss) => loss.cause === cause).length])),
        replaced: replaced.length,
        kept: lost.filter(({ end }) => end === 'kept').length,
        open: lost.filter(({ end }) => end === 'open').length,
        unprovoked: groups.reduce((sum, { unprovoked }) => sum + unprovoked, 0),
        milliseconds: times,
      },
    });
    return showing(verdict, leaderLanes(events, nodes, endOf(history)), electionLanes(losses, within));
  },
});
