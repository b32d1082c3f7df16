// The block of the page that every part needs.
import type { NodeEvent } from '../../contracts/cluster.js';
import type { History } from '../../contracts/history.js';
import type { Nanoseconds } from '../../contracts/time.js';
import { keyText } from '../operations.js';
import type { PageAnomaly, PageExit, PagePhase, PageSpan, RunBlock } from '../page/run.js';
import type { Case, Story } from '../story.js';
import { clip, clipShort } from '../text.js';
import { firstInvocation, placesAround, type Span, windowAt } from '../windows.js';

/** Beyond them nobody reads on, and a page must not grow with the run. */
const MOST_LEADERS = 5000;
const MOST_EXITS = 2000;
const MOST_FAULTS = 5000;

/** About how many operations the timeline opens with where no operation is more interesting than another. */
const CALM_OPERATIONS = 200;

export function runBlock(story: Story): RunBlock {
  const { input, statistics, faults, leaders } = story;
  const anomalies = story.cases.map((found) => anomalyOf(story, found));
  return {
    end: statistics.end,
    nodes: input.result.nodes.map((node) => clipShort(node, 60)),
    faults: faults.inForce.slice(0, MOST_FAULTS).map((fault) => ({
      ...fault,
      targets: fault.targets.slice(0, 100).map((target) => clipShort(target, 60)),
    })),
    leaders: leaders
      .slice(0, MOST_LEADERS)
      .map(({ time, node, term }) => ({ time, node: clipShort(node, 60), term: term ?? null })),
    exits: exitsOf(input.events),
    phases: phasesOf(input.history),
    anomalies,
    opening: anomalies.flatMap(({ places }) => places)[0] ?? calmOpening(story),
  };
}

function anomalyOf(story: Story, found: Case): PageAnomaly {
  const { anomaly, operations, span } = found;
  const { end } = story.statistics;
  return {
    name: clip(anomaly.name, 80),
    message: clip(anomaly.message, 1000),
    key: anomaly.key === undefined ? null : keyText(anomaly.key),
    checker: clip(anomaly.checker, 60),
    rows: operations.map(({ index }) => index),
    span: span ?? null,
    places: placesAround(story.input.history, spansOf(found, end), end),
  };
}

/** Where an anomaly is; nothing where it names no operation and is spread over much of the run. */
function spansOf({ operations, span }: Case, end: Nanoseconds): Span[] {
  if (operations.length > 0) {
    return operations.map(({ invoked, completed }) => ({ from: invoked, to: completed ?? invoked }));
  }
  return span === undefined || span.to - span.from > end / 10 ? [] : [span];
}

function calmOpening({ input: { history }, faults, statistics: { end } }: Story): PageSpan {
  const start = faults.inForce[0]?.from ?? firstInvocation(history);
  return start === undefined ? { from: 0, to: end } : windowAt(history, start, end, CALM_OPERATIONS);
}

function exitsOf(events: readonly NodeEvent[]): PageExit[] {
  const exits: PageExit[] = [];
  for (const event of events) {
    if (event.kind !== 'exit' || exits.length === MOST_EXITS) continue;
    const { time, node, fault, detail } = event;
    exits.push({ time, node: clipShort(node, 60), fault, detail: clipShort(detail, 120) });
  }
  return exits;
}

function phasesOf(history: History): PagePhase[] {
  return history.nemesisEvents().flatMap(({ f, time, value }) => {
    const name = f === 'phase' ? (value as { phase?: unknown } | null)?.phase : undefined;
    return typeof name === 'string' ? [{ name: clipShort(name, 20), time }] : [];
  });
}
