// Runs in progress, followed once for however many look on, by server-sent events.
import type { ServerResponse } from 'node:http';
import { visible } from '../report/text.js';
import { instant } from '../report/time-text.js';
import type { Inside } from '../store/inside.js';
import type { IndexedRun, RunIndex } from '../store/run-index.js';
import { FILES } from '../store/store.js';
import { type LiveNote, LiveState } from './live-state.js';
import { COMMON_HEADERS } from './respond.js';
import { headlineOf, shownOf } from './standing.js';
import { Tail } from './tail.js';
import { milliseconds } from './words.js';

/** Milliseconds between looks, and between signs of life when nothing happens. */
const LOOK = 500;
const HEARTBEAT = 15_000;
const MOST_CLIENTS = 64;
/** Whoever reads so slowly that more bytes wait is let go; the browser comes back by itself. */
const MOST_WAITING = 1 << 20;

const STAGES: Readonly<Record<string, string>> = {
  load: 'Clients work, faults strike',
  heal: 'Faults heal',
  recover: 'The cluster recovers',
  final: 'Final reads',
  end: 'The history is complete: checking and writing the report',
};

export class Live {
  readonly #inside: Inside;
  readonly #index: RunIndex;
  readonly #runs = new Map<string, Followed>();
  #clients = 0;

  constructor(inside: Inside, index: RunIndex) {
    this.#inside = inside;
    this.#index = index;
  }

  /** Streams what happens in a run until it ends or the client goes; false: there are too many clients. */
  follow(run: IndexedRun, response: ServerResponse): boolean {
    if (this.#clients >= MOST_CLIENTS) return false;
    this.#clients++;
    const key = `${run.plan}/${run.name}`;
    const followed = this.#runs.get(key) ?? new Followed(this.#inside, this.#index, run, () => this.#runs.delete(key));
    this.#runs.set(key, followed);
    response.once('close', () => {
      this.#clients--;
      followed.leave(response);
    });
    response.writeHead(200, {
      ...COMMON_HEADERS,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    followed.join(response);
    return true;
  }

  close(): void {
    for (const followed of this.#runs.values()) followed.close();
  }
}

class Followed {
  readonly #index: RunIndex;
  readonly #run: IndexedRun;
  readonly #history: Tail;
  readonly #events: Tail;
  readonly #onEnd: () => void;
  readonly #clients = new Set<ServerResponse>();
  #state = new LiveState();
  #last = '';
  #sent = 0;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(inside: Inside, index: RunIndex, run: IndexedRun, onEnd: () => void) {
    this.#index = index;
    this.#run = run;
    this.#onEnd = onEnd;
    this.#history = new Tail(inside, [run.plan, run.name, FILES.history]);
    this.#events = new Tail(inside, [run.plan, run.name, FILES.events]);
  }

  join(client: ServerResponse): void {
    this.#clients.add(client);
    client.write('retry: 2000\n\n');
    if (this.#timer === undefined) this.#look();
    else if (this.#last !== '') client.write(this.#last);
  }

  leave(client: ServerResponse): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#history.close();
    this.#events.close();
    for (const client of this.#clients) client.end();
    this.#clients.clear();
    this.#onEnd();
  }

  #look(): void {
    const run = this.#index.get(this.#run.plan, this.#run.name);
    try {
      this.#read();
    } catch {
      // The folder is being removed, or the disk fails: the next look tells.
    }
    const behind = this.#history.behind || this.#events.behind;
    if (run?.state !== 'running' && !behind) {
      this.#end(run);
      return;
    }
    // While it catches up, a state now and then is enough.
    const due = !behind || performance.now() - this.#sent > LOOK;
    if (due)
      this.#tell(
        `event: state\ndata: ${JSON.stringify(stateText(this.#state, run, this.#history.partial, behind))}\n\n`,
      );
    this.#timer = setTimeout(() => this.#look(), behind ? 0 : LOOK);
  }

  #read(): void {
    const history = this.#history.look();
    const events = this.#events.look();
    if (history === null || events === null) {
      this.#state = new LiveState();
      this.#history.close();
      this.#events.close();
      return;
    }
    for (const line of history) this.#state.history(line);
    for (const line of events) this.#state.event(line);
  }

  #tell(message: string): void {
    const now = performance.now();
    const news = message !== this.#last;
    if (!news && now - this.#sent < HEARTBEAT) return;
    this.#last = message;
    this.#sent = now;
    for (const client of this.#clients) {
      if (client.writableLength > MOST_WAITING) client.destroy();
      else client.write(news ? message : ': still there\n\n');
    }
  }

  #end(run: IndexedRun | null): void {
    // What happened last is shown beside the verdict.
    this.#tell(`event: state\ndata: ${JSON.stringify(stateText(this.#state, run, this.#history.partial, false))}\n\n`);
    this.#tell(`event: end\ndata: ${JSON.stringify(endText(run))}\n\n`);
    this.close();
  }
}

function endText(run: IndexedRun | null) {
  if (run === null) return { title: 'Gone', verdict: 'The folder of this run was removed.', tone: 'doubt' };
  const shown = shownOf(run);
  return { title: visible(shown.word), verdict: visible(headlineOf(shown)), tone: shown.tone };
}

/** What the page shows, in words: everything is text there. */
function stateText(state: LiveState, run: IndexedRun | null, partial: boolean, behind: boolean) {
  const { phase, time } = state;
  const mark = run?.mark ?? null;
  const planned =
    phase?.name === 'load' ? (mark?.load ?? null) : phase?.name === 'recover' ? (mark?.recover ?? null) : null;
  const elapsed = phase === null ? 0 : (time - phase.since) / 1e6;
  const seconds = state.seconds();
  const last = seconds.at(-1) ?? { ok: 0, fail: 0, info: 0 };
  return {
    stage: phase === null ? 'The cluster is being made and started' : visible(STAGES[phase.name] ?? phase.name),
    clock: `${instant(time, 1)} of the run’s clock${planned === null ? '' : `; ${milliseconds(elapsed)} of ${milliseconds(planned)}`}`,
    note: behind ? 'Catching up…' : partial ? 'The beginning of this long run is not counted.' : '',
    share: planned === null || planned <= 0 ? null : Math.min(1, elapsed / planned),
    rateNow: `${last.ok} ok, ${last.fail} fail, ${last.info} info a second`,
    counts: [...state.functions].map(([name, { asked, ok, fail, info }]) => [
      visible(name),
      ...[asked, ok, fail, info].map(String),
    ]),
    seconds: {
      length: 120,
      ok: seconds.map(({ ok }) => ok),
      fail: seconds.map(({ fail }) => fail),
      info: seconds.map(({ info }) => info),
    },
    faults: [...state.faults.values()].map(({ name, targets, since }) => ({
      text: visible(`${name} of ${targets.join(', ') || 'nobody'} since ${instant(since, 1)}`),
      tone: '',
    })),
    errors: [...state.errors].reverse().map(noteText),
    events: [...state.events].reverse().map(noteText),
  };
}

function noteText({ time, text, tone }: LiveNote) {
  return { text: visible(`${instant(time, 1)}  ${text}`), tone };
}
