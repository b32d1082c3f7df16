// The verdict in one sentence, with a colour, a word and a symbol: the first thing that anybody reads.
import type { FoundAnomaly, RunResult } from '../contracts/result.js';
import { type Html, html } from './html.js';
import { clip, listed } from './text.js';

export type Tone = 'good' | 'bad' | 'doubt' | 'expected';

export interface Standing {
  readonly tone: Tone;
  readonly symbol: string;
  readonly word: string;
  /** What the plan makes of it, where the word alone does not say. */
  readonly remark: string | undefined;
}

/** What a standing rests on. */
export interface Judged extends Pick<RunResult, 'status' | 'valid' | 'expect' | 'expectationMet'> {
  readonly anomalies: readonly Pick<FoundAnomaly, 'name' | 'checker'>[];
}

interface Rule {
  readonly applies: (result: Judged) => boolean;
  readonly standing: Omit<Standing, 'remark'>;
  readonly remark?: (result: Judged) => string;
}

/** The first rule that applies. Unknown never hides invalid. */
const RULES: readonly Rule[] = [
  {
    applies: ({ valid, expectationMet }) => valid === false && expectationMet,
    standing: { tone: 'expected', symbol: '✘', word: 'Invalid, as expected' },
    remark: () => 'The plan expects this anomaly: the run counts as passed.',
  },
  {
    applies: ({ valid }) => valid === false,
    standing: { tone: 'bad', symbol: '✘', word: 'Invalid' },
    remark: disappointment,
  },
  { applies: ({ status }) => status === 'failed', standing: { tone: 'bad', symbol: '!', word: 'Run failed' } },
  // What was found until then stands below; what was not looked at is anybody's guess.
  { applies: ({ status }) => status === 'interrupted', standing: { tone: 'doubt', symbol: '?', word: 'Unknown' } },
  {
    applies: ({ valid }) => valid === 'unknown',
    standing: { tone: 'doubt', symbol: '?', word: 'Unknown' },
    remark: () => 'Nothing wrong was found, but too little was seen to say that nothing is wrong.',
  },
  {
    applies: ({ expectationMet }) => !expectationMet,
    standing: { tone: 'bad', symbol: '✘', word: 'Expected anomaly not found' },
    remark: ({ expect }) => (expect === 'valid' ? '' : `The plan expects ${listed(expect.anomalies)}.`),
  },
  { applies: () => true, standing: { tone: 'good', symbol: '✔', word: 'Valid' } },
];

/** What an invalid run lacks of the anomalies that the plan expects, or has beside them. */
function disappointment({ expect, anomalies }: Judged): string {
  if (expect === 'valid') return '';
  const found = new Set(anomalies.flatMap(({ name, checker }) => [name, checker]));
  const absent = expect.anomalies.filter((name) => !found.has(name));
  if (absent.length > 0) return `The plan expects ${listed(absent)}: not found.`;
  return `The plan expects ${listed(expect.anomalies)} and no other anomaly; "others: allow" would let them pass.`;
}

export function standingOf(result: Judged): Standing {
  const rule = RULES.find(({ applies }) => applies(result))!;
  return { ...rule.standing, remark: rule.remark?.(result) || undefined };
}

/** True for a sentence that says the word by itself. */
export function opensWith(sentence: string, word: string): boolean {
  return sentence.toLowerCase().startsWith(word.toLowerCase());
}

/** The sentence without the verdict that it opens with, for where the word beside it says that already. */
function withoutVerdict(sentence: string): string {
  const rest = sentence.replace(/^((Valid|Invalid|Unknown): )?(the run failed: )?/i, '');
  // What opens with a name keeps it as it is: stale-read, n2.
  if (sentence.startsWith('Invalid: ')) return rest;
  return rest.replace(/^[a-z](?=[a-z]*\W)/, (letter) => letter.toUpperCase());
}

/** One line that says the word once: `Invalid, as expected: stale-read found by linearizable.` */
export function verdictLine({ verdict }: Pick<RunResult, 'verdict'>, word: string): string {
  return opensWith(verdict, word) ? verdict : `${word}: ${withoutVerdict(verdict)}`;
}

export function verdictHeader(result: RunResult): Html {
  const { tone, symbol, word, remark } = standingOf(result);
  return html`<header class="verdict ${tone}"><p class="stamp"><span class="symbol" aria-hidden="true">${symbol}</span>${opensWith(result.verdict, word) ? '' : html` <strong>${word}</strong>`}</p>
<div><h1>${clip(opensWith(result.verdict, word) ? result.verdict : withoutVerdict(result.verdict), 400)}</h1>
<p class="plan">${clip(result.plan.name, 200)}${result.plan.cell === null ? '' : html` <span class="chip">${clip(result.plan.cell, 120)}</span>`}${remark === undefined ? '' : html` · ${clip(remark, 300)}`}</p></div></header>
`;
}
