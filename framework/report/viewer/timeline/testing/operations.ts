// Operations for the tests of the timeline, from a few words each.
import { NONE, type Operations } from '../../../page/operations.js';

export interface Word {
  process: number;
  from: number;
  /** Absent: it never completed. */
  to?: number;
  node?: string;
  f?: string;
  key?: string;
  outcome?: 'ok' | 'fail' | 'info';
  asked?: number;
  got?: number;
  error?: string;
}

/** In order of invocation; event indexes are 10, 20, 30, … */
export function operationsOf(words: readonly Word[]): Operations {
  const names = (of: (word: Word) => string | undefined) => [...new Set(words.flatMap((word) => of(word) ?? []))];
  const nodes = names(({ node }) => node);
  const functions = names(({ f = 'write' }) => f);
  const keys = names(({ key }) => key);
  const texts = names(({ error }) => error);
  const index = (list: readonly string[], name: string | undefined) => (name === undefined ? NONE : list.indexOf(name));
  const values = (of: (word: Word) => number | undefined) => ({
    kind: Uint8Array.from(words, (word) => (of(word) === undefined ? 0 : 1)),
    a: Int32Array.from(words, (word) => of(word) ?? 0),
    b: new Int32Array(words.length),
  });
  return {
    count: words.length,
    left: 0,
    row: Float64Array.from(words, (_, i) => 10 * (i + 1)),
    invoked: Float64Array.from(words, ({ from }) => from),
    completed: Float64Array.from(words, ({ to }) => to ?? Number.NaN),
    process: Float64Array.from(words, ({ process }) => process),
    node: Uint32Array.from(words, ({ node }) => index(nodes, node)),
    f: Uint16Array.from(words, ({ f = 'write' }) => functions.indexOf(f)),
    key: Uint32Array.from(words, ({ key }) => index(keys, key)),
    outcome: Uint8Array.from(words, ({ outcome, to }) =>
      ['ok', 'fail', 'info'].indexOf(outcome ?? (to === undefined ? 'info' : 'ok')),
    ),
    asked: values(({ asked }) => asked),
    got: values(({ got }) => got),
    error: Uint32Array.from(words, ({ error }) => index(texts, error)),
    nodes,
    functions,
    keys,
    texts,
    density: { bins: 1, ok: new Uint32Array(1), fail: new Uint32Array(1), info: new Uint32Array(1) },
  };
}
