// What the reader looks at, in the URL's fragment: a link shows the same place. Fragments come from anywhere, so nothing is believed.
import { OUTCOME_NAMES } from '../page/operations.js';
import type { RunBlock } from '../page/run.js';
import { type App, EVERYTHING, type Filter, openingView, type View } from './app.js';

const MOST_CHOICES = 40;
const LONGEST_CHOICE = 80;
/** Browsers refuse more than some hundred changes in half a minute. */
const PAUSE_MS = 400;

/** Names in the fragment of what a filter chooses. */
const CHOICES = [
  ['key', 'keys'],
  ['process', 'processes'],
  ['node', 'nodes'],
  ['f', 'functions'],
  ['outcome', 'outcomes'],
] as const satisfies readonly (readonly [string, keyof Filter])[];

/** The view as a fragment without `#`; '': it is the one that the page opens with. */
export function fragmentOf(view: View, run: RunBlock): string {
  const opening = openingView(run);
  const words = new URLSearchParams();
  if (view.operation !== null) words.set('op', String(view.operation));
  if (view.from !== opening.from || view.to !== opening.to)
    words.set('t', `${Math.round(view.from)}-${Math.round(view.to)}`);
  if (view.anomaly !== opening.anomaly) words.set('anomaly', String(view.anomaly + 1));
  if (view.lanes !== opening.lanes) words.set('lanes', view.lanes);
  for (const [word, field] of CHOICES) for (const choice of view.filter[field]) words.append(word, String(choice));
  return words.toString();
}

/** The view that a fragment asks for; null: it is no such fragment (an anchor of the page, say). */
export function viewOf(fragment: string, run: RunBlock): View | null {
  if (!/^(op|t|anomaly|lanes|key|process|node|f|outcome)=/.test(fragment)) return null;
  const words = new URLSearchParams(fragment);
  const anomaly = wholeNumber(words.get('anomaly'));
  return {
    ...openingView(run),
    ...spanOf(words.get('t'), run.end),
    operation: wholeNumber(words.get('op')),
    anomaly: anomaly === null ? 0 : Math.max(0, Math.min(run.anomalies.length, anomaly) - 1),
    lanes: words.get('lanes') === 'node' ? 'node' : 'process',
    filter: filterOf(words),
  };
}

/** True: the fragment says which stretch to show, so that a selection must not move it. */
export function saysWhen(fragment: string): boolean {
  return new URLSearchParams(fragment).has('t');
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function spanOf(text: string | null, end: number): Partial<View> {
  const found = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? '');
  if (found === null) return {};
  const [from, to] = [Number(found[1]), Math.min(Number(found[2]), end)];
  return from < to ? { from, to } : {};
}

function filterOf(words: URLSearchParams): Filter {
  const texts = (word: string) =>
    words
      .getAll(word)
      .slice(0, MOST_CHOICES)
      .map((text) => text.slice(0, LONGEST_CHOICE));
  const known: readonly string[] = OUTCOME_NAMES;
  const filter: Filter = {
    keys: texts('key'),
    processes: texts('process').flatMap((text) => wholeNumber(text) ?? []),
    nodes: texts('node'),
    functions: texts('f'),
    outcomes: texts('outcome').filter((text) => known.includes(text)),
  };
  return Object.values(filter).every((choices) => choices.length === 0) ? EVERYTHING : filter;
}

/** Takes the view from the fragment, now and whenever it changes, and keeps the fragment up to date. */
export function followFragment(app: App): void {
  /** What the URL says, as far as is known, and what it last said of a view: an anchor may stand there meanwhile. */
  let known = currentFragment();
  let shown = '';
  const read = () => {
    const view = viewOf(known, app.run);
    if (view === null) return;
    shown = known;
    app.view.set(view);
    app.ask(!saysWhen(known));
  };
  read();
  addEventListener('hashchange', () => {
    if (currentFragment() === known) return;
    known = currentFragment();
    read();
  });
  let waiting = false;
  app.view.listen(() => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      const fragment = fragmentOf(app.view.value, app.run);
      // Somebody has just changed it, and the event is on its way: theirs counts.
      if (fragment === shown || currentFragment() !== known) return;
      known = fragment;
      shown = fragment;
      replaceFragment(fragment);
    }, PAUSE_MS);
  });
  followLinks(app);
}

/** Links to an operation keep the lanes and the filter. */
function followLinks(app: App): void {
  document.addEventListener('click', (event) => {
    const place = event.target instanceof Element ? event.target.closest('a[href^="#op="]') : null;
    if (place === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const operation = wholeNumber(place.getAttribute('href')!.slice('#op='.length));
    if (operation === null) return;
    event.preventDefault();
    app.view.set({ operation });
    app.ask(true);
  });
}

function currentFragment(): string {
  return location.hash.slice(1);
}

function replaceFragment(fragment: string): void {
  try {
    history.replaceState(history.state, '', `#${fragment}`);
  } catch {
    // The browser wants fewer changes, or none for a file: the page works without.
  }
}
