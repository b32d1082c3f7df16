// When a node was asked and answered nobody.
import { EVENT_INVOKE, type History } from '../../framework/contracts/history.js';
import { type Nanoseconds, NS_PER_MS } from '../../framework/contracts/time.js';
import { isAnswered } from './answered.js';

/** From one answer of the node to the next, or the edges of the stretch that is looked at. */
export interface Outage {
  from: Nanoseconds;
  to: Nanoseconds;
  /** Operations that began then and were never answered. */
  unanswered: number;
}

export interface Outages {
  /** Shorter ones are left out. */
  least: Nanoseconds;
  /** In order of time; nodes without one are left out. */
  byNode: ReadonlyMap<string, readonly Outage[]>;
}

const LEAST = 100 * NS_PER_MS;
const LEAST_SHARE = 0.01;

interface Asked {
  lastAnswer: Nanoseconds;
  unanswered: number;
  outages: Outage[];
}

/** Of the stretch from `from` to `to`; those that last at least 100 ms and a hundredth of it, with an operation left unanswered. */
export function outagesOf(history: History, from: Nanoseconds, to: Nanoseconds): Outages {
  const { time, type, process, mate, node, length } = history.columns;
  const least = Math.max(LEAST, LEAST_SHARE * (to - from));
  const nodes = new Map<string, Asked>();
  const close = (asked: Asked, at: Nanoseconds) => {
    const { lastAnswer, unanswered, outages } = asked;
    if (unanswered > 0 && at - lastAnswer >= least) outages.push({ from: lastAnswer, to: at, unanswered });
    asked.lastAnswer = at;
    asked.unanswered = 0;
  };
  for (let row = 0; row < length; row++) {
    const name = history.nodes[node[row]!];
    const at = time[row]!;
    if (process[row]! < 0 || name === undefined || at < from || at > to) continue;
    let asked = nodes.get(name);
    if (asked === undefined) {
      asked = { lastAnswer: from, unanswered: 0, outages: [] };
      nodes.set(name, asked);
    }
    if (type[row] !== EVENT_INVOKE) {
      if (isAnswered(history, row)) close(asked, at);
    } else if (mate[row]! < 0 || !isAnswered(history, mate[row]!)) asked.unanswered++;
  }
  for (const asked of nodes.values()) close(asked, to);
  return {
    least,
    byNode: new Map([...nodes].flatMap(([name, { outages }]) => (outages.length > 0 ? [[name, outages]] : []))),
  };
}
