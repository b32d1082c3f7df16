// What became of a run, in a word with a sign and a colour; for runs without a result too.
import { standingOf, type Tone, verdictLine } from '../report/verdict.js';
import type { IndexedRun } from '../store/run-index.js';

export interface Shown {
  /** For filters and links: `valid`, `invalid-as-expected`, … */
  readonly kind: string;
  readonly tone: Tone;
  readonly symbol: string;
  readonly word: string;
  /** One sentence more; empty where there is none. */
  readonly sentence: string;
}

const WITHOUT_RESULT = {
  running: { kind: 'running', tone: 'expected', symbol: '▶', word: 'Running' },
  died: { kind: 'died', tone: 'bad', symbol: '†', word: 'No verdict: died' },
  unreadable: { kind: 'unreadable', tone: 'doubt', symbol: '?', word: 'No verdict: unreadable' },
} as const;

export function shownOf(run: IndexedRun): Shown {
  const { state, summary, problem } = run;
  if (summary === null) {
    return { ...WITHOUT_RESULT[state === 'ended' ? 'unreadable' : state], sentence: problem ?? '' };
  }
  const { tone, symbol, word } = standingOf(summary);
  return { kind: kindOf(word), tone, symbol, word, sentence: summary.verdict };
}

/** Title and sentence without saying the word twice. */
export function headlineOf({ word, sentence }: Shown): string {
  return sentence === '' ? word : verdictLine({ verdict: sentence }, word);
}

function kindOf(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
