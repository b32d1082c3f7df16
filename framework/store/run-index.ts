// All runs of a results folder in memory: a result is read again only when its file has changed.
import { setImmediate as turn } from 'node:timers/promises';
import { messageOf } from '../contracts/error.js';
import type { Inside } from './inside.js';
import { at } from './loose.js';
import { parseRunName, type RunName } from './names.js';
import { type RunSummary, summarize } from './run-summary.js';
import { lifeOf, parseMark, type RunningMark } from './running.js';
import { FILES, missingFields } from './store.js';

/** `ended`: it has a result. `running`. `died`: it ended without one. `unreadable`: there is a result that says nothing. */
export type RunState = 'ended' | 'running' | 'died' | 'unreadable';

export interface IndexedRun extends RunName {
  /** Names of its folder: the plan's, and its own. */
  readonly plan: string;
  readonly name: string;
  readonly state: RunState;
  /** null unless it has ended. */
  readonly summary: RunSummary | null;
  /** What is missing or wrong; null: nothing. */
  readonly problem: string | null;
  /** While it goes on, or when it died: who writes or wrote it; null: not known. */
  readonly mark: RunningMark | null;
}

type Standing = Pick<IndexedRun, 'state' | 'summary' | 'problem' | 'mark'>;

interface Known {
  /** Identity of the file that was read. */
  readonly stamp: string;
  readonly standing: Standing;
}

const MOST_RUNS = 100_000;
/** Bytes of a result. */
const LONGEST_RESULT = 64 << 20;
const LONGEST_MARK = 4096;
/** Others get a turn after so many milliseconds of looking. */
const STRETCH = 10;

/** A run of another machine, or one that left no mark, counts as running while it writes: milliseconds. */
const SILENCE = 60_000;

export class RunIndex {
  readonly #inside: Inside;
  readonly #now: () => number;
  #known = new Map<string, Known>();
  #looking: Promise<readonly IndexedRun[]> | null = null;

  /** `now`: milliseconds since 1970, as files are stamped. */
  constructor(inside: Inside, now: () => number = Date.now) {
    this.#inside = inside;
    this.#now = now;
  }

  /** Every run as it is now, the newest first. What is broken or foreign is told or left out, never an error. */
  list(): Promise<readonly IndexedRun[]> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** One run as it is now; null: there is none of these names. */
  get(plan: string, name: string): IndexedRun | null {
    const parsed = parseRunName(name);
    if (parsed === null || this.#inside.look([plan, name])?.isDirectory() !== true) return null;
    return { ...parsed, plan, name, ...this.#standing(plan, name) };
  }

  async #look(): Promise<readonly IndexedRun[]> {
    const plans = this.#inside.entries([]).filter(({ folder }) => folder);
    const found = plans
      .flatMap(({ name }) => this.#runsOf(name))
      .sort(newestFirst)
      .slice(0, MOST_RUNS);
    const listed: IndexedRun[] = [];
    let since = performance.now();
    for (const run of found) {
      listed.push({ ...run, ...this.#standing(run.plan, run.name) });
      if (performance.now() - since < STRETCH) continue;
      await turn();
      since = performance.now();
    }
    const alive = new Set(listed.map(({ plan, name }) => `${plan}/${name}`));
    for (const key of this.#known.keys()) if (!alive.has(key)) this.#known.delete(key);
    return listed;
  }

  #runsOf(plan: string): (RunName & { plan: string; name: string })[] {
    return this.#inside.entries([plan]).flatMap(({ name, folder }) => {
      const parsed = folder ? parseRunName(name) : null;
      return parsed === null ? [] : [{ ...parsed, plan, name }];
    });
  }

  #standing(plan: string, name: string): Standing {
    const file = this.#inside.look([plan, name, FILES.result]);
    if (file === null) return this.#withoutResult(plan, name);
    const key = `${plan}/${name}`;
    const stamp = `${file.mtimeMs} ${file.size} ${file.ino}`;
    const known = this.#known.get(key);
    if (known?.stamp === stamp) return known.standing;
    const standing = this.#read(plan, name);
    this.#known.set(key, { stamp, standing });
    return standing;
  }

  #read(plan: string, name: string): Standing {
    const unreadable = (problem: string): Standing => ({ state: 'unreadable', summary: null, problem, mark: null });
    try {
      const text = this.#inside.readText([plan, name, FILES.result], LONGEST_RESULT);
      if (text === null) return unreadable(`${FILES.result} cannot be read`);
      const result: unknown = JSON.parse(text);
      if (typeof result !== 'object' || result === null) return unreadable(`${FILES.result} holds no result`);
      const format = at(result, 'format');
      if (format !== 1) return unreadable(`${FILES.result} has an unknown format; another version of chaos wrote it`);
      const missing = missingFields(result);
      if (missing.length > 0) return unreadable(`${FILES.result} is not complete: it lacks ${missing.join(', ')}`);
      return { state: 'ended', summary: summarize(result), problem: null, mark: null };
    } catch (error) {
      const torn = error instanceof SyntaxError;
      return unreadable(torn ? `${FILES.result} is torn or damaged: it is not JSON` : messageOf(error));
    }
  }

  #withoutResult(plan: string, name: string): Standing {
    const mark = this.#mark(plan, name);
    const life = mark === null ? 'elsewhere' : lifeOf(mark);
    const running: Standing = { state: 'running', summary: null, problem: null, mark };
    const died = (problem: string): Standing => ({ state: 'died', summary: null, problem, mark });
    if (life === 'alive') return running;
    const written = [FILES.history, FILES.events, FILES.log].map((file) => this.#inside.look([plan, name, file]));
    if (written[0] === null) return died(`neither ${FILES.result} nor ${FILES.history}: it ended before it began`);
    if (life === 'gone') return died(`no ${FILES.result}, and its process is gone`);
    const last = Math.max(...written.map((file) => file?.mtimeMs ?? 0));
    if (this.#now() - last < SILENCE) return running;
    const who = mark === null ? '' : ', and it ran on another machine';
    return died(`no ${FILES.result}, and nothing was written for a minute or more${who}`);
  }

  #mark(plan: string, name: string): RunningMark | null {
    try {
      const text = this.#inside.readText([plan, name, FILES.running], LONGEST_MARK);
      return text === null ? null : parseMark(JSON.parse(text));
    } catch {
      return null;
    }
  }
}

function newestFirst(a: RunName & { plan: string }, b: RunName & { plan: string }): number {
  if (a.started !== b.started) return a.started < b.started ? 1 : -1;
  if (a.ordinal !== b.ordinal) return b.ordinal - a.ordinal;
  return a.plan < b.plan ? -1 : a.plan > b.plan ? 1 : b.seed - a.seed;
}
