// Phrases about operations on registers: who did what to which key, and when.
import type { History } from '../../framework/contracts/history.js';
import { actor } from '../shared/actor.js';
import { enoughDigits, instant, show } from '../shared/text.js';

/** Operations are event indexes of invocations. */
export class RegisterWords {
  readonly #history: History;
  readonly #digits: number;

  /** `rows`: the operations that will be talked about. */
  constructor(history: History, rows: readonly number[]) {
    this.#history = history;
    const { time, mate } = history.columns;
    const ends = rows.map((row) => mate[row]!).filter((row) => row >= 0);
    this.#digits = enoughDigits([...rows, ...ends].map((row) => time[row]!));
  }

  actor(row: number): string {
    return actor(this.#history, row);
  }

  /** `wrote 1 to x`, `read 1 from x`, `changed x from 1 to 2`; without keys: `wrote 1`, `read 1`, `changed 1 to 2`. */
  did(row: number): string {
    const { f, asked, value, key } = this.#history.operation(row);
    const name = key === undefined ? '' : String(key);
    if (f === 'read') return `read ${show(value)}${name && ` from ${name}`}`;
    if (f === 'write') return `wrote ${show(asked)}${name && ` to ${name}`}`;
    const [from, to] = asked as [unknown, unknown];
    return `changed ${name && `${name} from `}${show(from)} to ${show(to)}`;
  }

  /** The same after `had`. */
  had(row: number): string {
    return this.did(row).replace(/^wrote/, 'written');
  }

  /** `the write of 1 to x by process 1 on n2`, `the read of x by …`, `the cas of x from 1 to 2 by …`. */
  operation(row: number): string {
    const { f, asked, key } = this.#history.operation(row);
    const of = key === undefined ? '' : ` of ${key}`;
    const who = `by ${this.actor(row)}`;
    if (f === 'read') return `the read${of} ${who}`;
    if (f === 'write') return `the write of ${show(asked)}${key === undefined ? '' : ` to ${key}`} ${who}`;
    const [from, to] = asked as [unknown, unknown];
    return `the cas${of} from ${show(from)} to ${show(to)} ${who}`;
  }

  start(row: number): string {
    return this.#instant(this.#history.columns.time[row]!);
  }

  /** Of a completed operation. */
  end(row: number): string {
    return this.#instant(this.#history.columns.time[this.#history.columns.mate[row]!]!);
  }

  #instant(time: number): string {
    return instant(time, this.#digits);
  }
}
