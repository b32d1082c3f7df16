// What is known of a run in progress from the lines that it has written so far; bounded, whatever is in them.
import { errorName, RPC } from '../contracts/message.js';
import { at, listAt, numberAt, textAt } from '../store/loose.js';

export interface LiveFault {
  readonly name: string;
  readonly targets: readonly string[];
  /** Nanoseconds since the start of the run. */
  readonly since: number;
}

export interface LiveNote {
  readonly time: number;
  readonly text: string;
  readonly tone: 'bad' | 'fail' | 'info' | '';
}

export interface FunctionTally {
  asked: number;
  ok: number;
  fail: number;
  info: number;
}

/** Completions of each second, by outcome. */
export type Second = Record<'ok' | 'fail' | 'info', number>;

const MOST_FUNCTIONS = 50;
const MOST_FAULTS = 100;
const MOST_NOTES = 12;
const SECONDS = 120;
const LONGEST = 300;

/** Refusals that are the answer of a working store. */
const ANSWERS = [RPC.keyDoesNotExist, RPC.keyAlreadyExists, RPC.preconditionFailed].map(errorName);

/** What the recorder writes at the beginning of a line; the rest need not be looked at. */
const HEAD = /^\{"index":\d+,"time":(\d+),"process":(\d+|"nemesis"),"type":"(invoke|ok|fail|info)","f":"([^"\\]*)"/;

export class LiveState {
  /** Of the last line. */
  time = 0;
  /** The last phase that began, and when; null: clients have not begun. */
  phase: { readonly name: string; readonly since: number } | null = null;
  readonly functions = new Map<string, FunctionTally>();
  readonly faults = new Map<number, LiveFault>();
  /** The latest last. */
  errors: LiveNote[] = [];
  events: LiveNote[] = [];
  nodes: readonly string[] = [];
  readonly #seconds = new Map<number, Second>();
  readonly #leaders = new Map<string, string>();

  /** One line of `history.jsonl`. What is not a line of a history is left out. */
  history(line: string): void {
    const head = HEAD.exec(line);
    if (head === null) {
      this.#other(line);
      return;
    }
    const [, time = '', process = '', type = '', f = ''] = head;
    if (process === '"nemesis"') {
      this.#other(line);
      return;
    }
    this.#operation(Number(time), type, f);
    if (type === 'fail' || type === 'info') this.#error(parse(line));
  }

  /** One line of `events.jsonl`. */
  event(line: string): void {
    const event = parse(line);
    const time = numberAt(event, 'time');
    const node = textAt(event, 'node');
    if (time === null || node === null) return;
    const note = this.#noteOf(event, clip(node));
    if (note === null) return;
    this.events.push({ time, text: note.text, tone: note.tone });
    if (this.events.length > MOST_NOTES) this.events.shift();
  }

  /** The last seconds, the oldest first, up to the one before the last event's, which is not over. */
  seconds(): Second[] {
    const last = Math.floor(this.time / 1e9) - 1;
    const first = Math.max(0, last - SECONDS + 1);
    return Array.from(
      { length: Math.max(0, last - first + 1) },
      (_, i) => this.#seconds.get(first + i) ?? { ok: 0, fail: 0, info: 0 },
    );
  }

  #other(line: string): void {
    const event = parse(line);
    if (Array.isArray(at(event, 'nodes')) && at(event, 'type') === undefined) {
      this.nodes = listAt(event, 'nodes')
        .filter((node) => typeof node === 'string')
        .slice(0, 100)
        .map(clip);
      return;
    }
    const time = numberAt(event, 'time');
    const type = textAt(event, 'type');
    const f = textAt(event, 'f');
    if (time === null || type === null || f === null) return;
    if (at(event, 'process') === 'nemesis') this.#nemesis(time, f, at(event, 'value'));
    else {
      this.#operation(time, type, f);
      if (type === 'fail' || type === 'info') this.#error(event);
    }
  }

  #nemesis(time: number, f: string, value: unknown): void {
    this.time = Math.max(this.time, time);
    const phase = textAt(value, 'phase');
    const id = numberAt(value, 'id');
    if (f === 'phase' && phase !== null) this.phase = { name: clip(phase), since: time };
    if (id === null) return;
    if (phase === 'heal') this.faults.delete(id);
    if (phase !== 'inject' || this.faults.size >= MOST_FAULTS) return;
    const targets = listAt(value, 'targets')
      .filter((target) => typeof target === 'string')
      .slice(0, 20)
      .map(clip);
    this.faults.set(id, { name: clip(f), targets, since: numberAt(value, 'effective') ?? time });
  }

  #operation(time: number, type: string, f: string): void {
    this.time = Math.max(this.time, time);
    const tally = this.#tally(clip(f));
    if (type === 'invoke') tally.asked++;
    else if (type === 'ok' || type === 'fail' || type === 'info') {
      tally[type]++;
      this.#second(Math.floor(time / 1e9))[type]++;
    }
  }

  #tally(f: string): FunctionTally {
    const name = this.functions.has(f) || this.functions.size < MOST_FUNCTIONS ? f : 'others';
    let tally = this.functions.get(name);
    if (tally === undefined) {
      tally = { asked: 0, ok: 0, fail: 0, info: 0 };
      this.functions.set(name, tally);
    }
    return tally;
  }

  #second(number: number): Second {
    let second = this.#seconds.get(number);
    if (second === undefined) {
      second = { ok: 0, fail: 0, info: 0 };
      this.#seconds.set(number, second);
      // In order of time, so the first is the oldest.
      if (this.#seconds.size > SECONDS + 5) this.#seconds.delete(this.#seconds.keys().next().value!);
    }
    return second;
  }

  #error(event: unknown): void {
    const error = textAt(event, 'error');
    if (error === null || ANSWERS.some((answer) => error.startsWith(answer))) return;
    const node = textAt(event, 'node');
    const type = textAt(event, 'type') === 'fail' ? 'fail' : 'info';
    const where = node === null ? '' : ` at ${clip(node)}`;
    this.errors.push({
      time: numberAt(event, 'time') ?? this.time,
      text: `${clip(textAt(event, 'f') ?? '')}${where}: ${type}, ${clip(error)}`,
      tone: type,
    });
    if (this.errors.length > MOST_NOTES) this.errors.shift();
  }

  /** null: nothing that anybody wants to see pass by. */
  #noteOf(event: unknown, node: string): Omit<LiveNote, 'time'> | null {
    const detail = clip(textAt(event, 'detail') ?? '');
    switch (textAt(event, 'kind')) {
      case 'start':
        return { text: `${node} started`, tone: '' };
      case 'exit':
        return { text: `${node} ended: ${detail}`, tone: at(event, 'fault') === true ? '' : 'bad' };
      case 'protocol-error':
        return { text: `${node} said what is no message: ${detail}`, tone: 'bad' };
      case 'note':
        return { text: `${node}: ${detail}`, tone: 'info' };
      case 'report':
        return this.#leader(at(event, 'state'), node);
      default:
        return null;
    }
  }

  #leader(state: unknown, node: string): Omit<LiveNote, 'time'> | null {
    const role = textAt(state, 'role') ?? '';
    const known = this.#leaders.get(node);
    if (this.#leaders.size < 1000 || known !== undefined) this.#leaders.set(node, role);
    if (role !== 'leader' || known === 'leader') return null;
    const term = numberAt(state, 'term');
    return { text: `${node} leads${term === null ? '' : ` term ${term}`}`, tone: '' };
  }
}

function clip(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
