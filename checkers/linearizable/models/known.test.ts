// Histories made by hand whose verdicts are known, each with the reason. An event is `process f value`, in the order of time:
// `+` invokes, `=` completes with a result, `?` is indeterminate, `!` failed.
import { describe, expect, it } from 'vitest';
import { Script } from '../../testing/script.js';
import { checkLinearizable } from '../check.js';
import { bruteForce } from '../testing/judged.js';
import { modelNamed } from './table.js';

type Event =
  | readonly ['+', process: number, f: string, value?: unknown]
  | readonly ['=' | '?' | '!', process: number, value?: unknown];

interface Known {
  model: string;
  initial?: unknown;
  why: string;
  valid: boolean;
  events: readonly Event[];
}

/** Invoked and completed with nothing in between. */
const did = (process: number, f: string, asked: unknown = null, got: unknown = asked): Event[] => [
  ['+', process, f, asked],
  ['=', process, got],
];

const KNOWN: readonly Known[] = [
  {
    model: 'register',
    why: 'a read that overlaps the write may see either value, and nobody looked back afterwards',
    valid: true,
    events: [['+', 0, 'write', 1], ...did(1, 'read', null, null), ...did(2, 'read', null, 1), ['=', 0]],
  },
  {
    model: 'register',
    why: 'new and then old, while the write is still going on: once seen, a value is there',
    valid: false,
    events: [['+', 0, 'write', 1], ...did(1, 'read', null, 1), ...did(2, 'read', null, null), ['=', 0]],
  },
  {
    model: 'register',
    why: 'an indeterminate write may take effect long after it was given up',
    valid: true,
    events: [['+', 0, 'write', 1], ['?', 0], ...did(1, 'read', null, null), ...did(1, 'read', null, 1)],
  },
  {
    model: 'cas-register',
    why: 'a failed cas did not happen, whatever the register held',
    valid: true,
    events: [...did(0, 'write', 1), ['+', 1, 'cas', [1, 2]], ['!', 1], ...did(0, 'read', null, 1)],
  },
  {
    model: 'cas-register',
    why: 'two compare-and-sets from one value, which was written once',
    valid: false,
    events: [...did(0, 'write', 1), ['+', 1, 'cas', [1, 2]], ['+', 2, 'cas', [1, 3]], ['=', 1], ['=', 2]],
  },
  {
    model: 'multi-register',
    why: 'a read of both registers sees half of a write of both',
    valid: false,
    events: [...did(0, 'write', { x: 1, y: 1 }), ...did(1, 'read', null, { x: 1, y: null })],
  },
  {
    model: 'multi-register',
    why: 'each read of one register is fine, but together they see two writes in different orders',
    valid: false,
    events: [
      ['+', 0, 'write', { x: 1 }],
      ['+', 1, 'write', { y: 1 }],
      ...did(2, 'read', null, { x: 1, y: null }),
      ...did(3, 'read', null, { x: null, y: 1 }),
      ['=', 0],
      ['=', 1],
    ],
  },
  {
    model: 'multi-register',
    why: 'a transaction reads its own write',
    valid: true,
    events: [
      [
        '+',
        0,
        'txn',
        [
          ['w', 'x', 1],
          ['r', 'x', null],
        ],
      ],
      [
        '=',
        0,
        [
          ['w', 'x', 1],
          ['r', 'x', 1],
        ],
      ],
    ],
  },
  {
    model: 'mutex',
    why: 'acquired twice without a release in between',
    valid: false,
    events: [...did(0, 'acquire'), ...did(1, 'acquire')],
  },
  {
    model: 'mutex',
    why: 'the release overlaps the second acquire, and can come first',
    valid: true,
    events: [...did(0, 'acquire'), ['+', 1, 'acquire'], ['+', 0, 'release'], ['=', 1], ['=', 0]],
  },
  {
    model: 'owner-mutex',
    why: 'somebody else released it',
    valid: false,
    events: [...did(0, 'acquire'), ...did(1, 'release')],
  },
  {
    model: 'owner-mutex',
    why: 'an acquire that was given up need not have happened',
    valid: true,
    events: [['+', 0, 'acquire'], ['?', 0], ...did(1, 'acquire'), ...did(1, 'release')],
  },
  {
    model: 'reentrant-mutex',
    initial: 2,
    why: 'twice is allowed, three times is not',
    valid: false,
    events: [...did(0, 'acquire'), ...did(0, 'acquire'), ...did(0, 'acquire')],
  },
  {
    model: 'reentrant-mutex',
    initial: 2,
    why: 'acquired twice, released once: it is still held',
    valid: false,
    events: [...did(0, 'acquire'), ...did(0, 'acquire'), ...did(0, 'release'), ...did(1, 'acquire')],
  },
  {
    model: 'fenced-mutex',
    why: 'the second token is no larger than the first',
    valid: false,
    events: [...did(0, 'acquire', null, 7), ...did(0, 'release'), ...did(1, 'acquire', null, 7)],
  },
  {
    model: 'fenced-mutex',
    why: 'the holder in between got a token that nobody saw, and 8 leaves room for it',
    valid: true,
    events: [
      ...did(0, 'acquire', null, 6),
      ...did(0, 'release'),
      ['+', 1, 'acquire'],
      ['?', 1],
      ...did(2, 'acquire', null, 8),
    ],
  },
  {
    model: 'semaphore',
    initial: 2,
    why: 'three permits of two',
    valid: false,
    events: [...did(0, 'acquire', 2), ...did(1, 'acquire', 1)],
  },
  {
    model: 'semaphore',
    initial: 2,
    why: 'more were given back than there are',
    valid: false,
    events: [...did(0, 'acquire', 1), ...did(0, 'release', 2)],
  },
  {
    model: 'set',
    why: 'removed, and still there',
    valid: false,
    events: [...did(0, 'add', 1), ...did(0, 'remove', 1), ...did(1, 'contains', 1, true)],
  },
  {
    model: 'set',
    why: 'a read of the whole that overlaps both adds may see the later one alone',
    valid: true,
    events: [['+', 0, 'add', 1], ['+', 1, 'read'], ...did(2, 'add', 2), ['=', 1, [2]], ['=', 0]],
  },
  {
    model: 'grow-only-set',
    why: 'each of two reads saw what the other did not: neither can come first',
    valid: false,
    events: [
      ['+', 0, 'add', 1],
      ['+', 1, 'add', 2],
      ['+', 2, 'read'],
      ['+', 3, 'read'],
      ['=', 2, [1]],
      ['=', 3, [2]],
      ['=', 0],
      ['=', 1],
    ],
  },
  {
    model: 'fifo-queue',
    why: '1 was put before 2, and came out after it',
    valid: false,
    events: [
      ...did(0, 'enqueue', 1),
      ...did(0, 'enqueue', 2),
      ...did(1, 'dequeue', null, 2),
      ...did(1, 'dequeue', null, 1),
    ],
  },
  {
    model: 'fifo-queue',
    why: 'the enqueues overlap, so that 2 can be the first',
    valid: true,
    events: [
      ['+', 0, 'enqueue', 1],
      ...did(1, 'enqueue', 2),
      ['=', 0],
      ...did(1, 'dequeue', null, 2),
      ...did(1, 'dequeue', null, 1),
    ],
  },
  {
    model: 'fifo-queue',
    why: 'it was found empty, although an element was in there all the time',
    valid: false,
    events: [...did(0, 'enqueue', 1), ...did(1, 'dequeue', null, null), ...did(1, 'dequeue', null, 1)],
  },
  {
    model: 'fifo-queue',
    why: 'a dequeue that was given up may have taken the element',
    valid: true,
    events: [...did(0, 'enqueue', 1), ['+', 1, 'dequeue'], ['?', 1], ...did(2, 'dequeue', null, null)],
  },
  {
    model: 'unordered-queue',
    why: 'any order will do',
    valid: true,
    events: [
      ...did(0, 'enqueue', 1),
      ...did(0, 'enqueue', 2),
      ...did(1, 'dequeue', null, 2),
      ...did(1, 'dequeue', null, 1),
    ],
  },
  {
    model: 'unordered-queue',
    why: 'one element was taken twice',
    valid: false,
    events: [...did(0, 'enqueue', 1), ['+', 1, 'dequeue'], ['+', 2, 'dequeue'], ['=', 1, 1], ['=', 2, 1]],
  },
  {
    model: 'stack',
    why: '1 lies below 2, and came out before it',
    valid: false,
    events: [...did(0, 'push', 1), ...did(0, 'push', 2), ...did(1, 'pop', null, 1), ...did(1, 'pop', null, 2)],
  },
  {
    model: 'stack',
    why: 'the pop of 1 overlaps the push of 2, and can come before it',
    valid: true,
    events: [...did(0, 'push', 1), ['+', 1, 'pop'], ...did(0, 'push', 2), ['=', 1, 1], ...did(1, 'pop', null, 2)],
  },
  {
    model: 'priority-queue',
    why: 'a smaller number was in there',
    valid: false,
    events: [...did(0, 'insert', 1), ...did(0, 'insert', 2), ...did(1, 'extract-min', null, 2)],
  },
  {
    model: 'priority-queue',
    why: 'the smaller number came in later',
    valid: true,
    events: [
      ...did(0, 'insert', 2),
      ['+', 1, 'extract-min'],
      ...did(0, 'insert', 1),
      ['=', 1, 2],
      ...did(1, 'find-min', null, 1),
    ],
  },
  {
    model: 'counter',
    why: 'both additions were over, so it must be 3',
    valid: false,
    events: [...did(0, 'add', 1), ...did(1, 'add', 2), ...did(2, 'read', null, 2)],
  },
  {
    model: 'counter',
    why: 'each add-and-get saw its own sum: 1 came first',
    valid: true,
    events: [
      ['+', 0, 'add-and-get', 1],
      ['+', 1, 'add-and-get', 2],
      ['=', 1, 3],
      ['=', 0, 1],
    ],
  },
  {
    model: 'append-kv',
    why: 'what was read is no prefix of what was read later, though nothing was put anew',
    valid: false,
    events: [
      ...did(0, 'append', 'a'),
      ['+', 1, 'append', 'b'],
      ['+', 2, 'append', 'c'],
      ...did(3, 'get', null, 'ab'),
      ...did(3, 'get', null, 'acb'),
      ['=', 1],
      ['=', 2],
    ],
  },
  {
    model: 'append-kv',
    why: 'a put in between starts anew',
    valid: true,
    events: [
      ...did(0, 'append', 'a'),
      ...did(1, 'get', null, 'a'),
      ['+', 2, 'put', 'x'],
      ...did(1, 'get', null, 'x'),
      ['=', 2],
    ],
  },
  {
    model: 'log',
    why: 'two entries got one offset',
    valid: false,
    events: [
      ['+', 0, 'append', 'a'],
      ['+', 1, 'append', 'b'],
      ['=', 0, 0],
      ['=', 1, 0],
    ],
  },
  {
    model: 'log',
    why: 'an append that was given up may fill the gap',
    valid: true,
    events: [['+', 0, 'append', 'a'], ['?', 0], ...did(1, 'append', 'b', 1), ...did(1, 'read', 0, 'a')],
  },
];

function scriptOf(events: readonly Event[]): Script {
  const script = new Script();
  for (const event of events) {
    if (event[0] === '+') script.invoke(event[1], event[2], event[3] ?? null);
    else if (event[0] === '=') script.ok(event[1], event[2]);
    else if (event[0] === '?') script.info(event[1]);
    else script.fail(event[1]);
  }
  return script;
}

describe('known verdicts', () => {
  it.each(KNOWN.map((known) => [`${known.model}: ${known.why}`, known] as const))(
    '%s',
    (_, { model, initial, valid, events }) => {
      const history = scriptOf(events).history();
      for (const monitors of [true, false]) {
        expect(checkLinearizable(history, { model, initial: initial ?? null, monitors }).valid).toBe(valid);
      }
      expect(bruteForce(history, modelNamed(model)!, initial ?? null)).toBe(valid);
    },
  );
});
