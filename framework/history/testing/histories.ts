// For tests: arbitrary histories as lists of calls, and comparing histories field by field.
import fc from 'fast-check';
import type { History } from '../../contracts/history.js';
import type { HistoryEvent, Key, Outcome } from '../../contracts/operation.js';
import type { Recorder } from '../recorder.js';

export type Call =
  | { do: 'invoke'; process: number; f: string; key: Key | undefined; value: unknown; node: string | undefined }
  | { do: 'complete'; process: number; type: Outcome; value: unknown; error: string | undefined }
  | { do: 'nemesis'; f: string; value: unknown };

/** Values that are easily got wrong, and any JSON. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.integer() },
  { weight: 2, arbitrary: fc.tuple(fc.integer(), fc.integer()) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, 0, -0, 1.5, 2147483647, 2147483648, -2147483648, -2147483649, 1e21, 1e-7, 5e-324, 9007199254740992],
      ...[
        '',
        '1',
        '-0',
        'null',
        '"',
        '\\',
        'a\nb',
        '\u0000',
        'é',
        '漢字',
        '😀',
        '\ud800',
        '\u2028',
        ',"node":"n9"}',
        true,
      ],
      ...[
        [],
        [1],
        [1, -0],
        [-0, 1],
        [1, 2.5],
        [[1, 2]],
        [1, [2, [3, -0]]],
        { a: -0 },
        { a: [1, { b: null }] },
        { '': 1 },
      ],
      [
        ['append', 'x', 1],
        ['r', 'y', null],
      ],
    ),
  },
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const anyText = fc.oneof(fc.constantFrom('read', 'write', 'cas', 'txn', 'é"\\', ''), fc.string({ maxLength: 5 }));
export const anyKey: fc.Arbitrary<Key> = fc.oneof(
  fc.constantFrom<Key>('x', 'y', '1', 1, 0, -5, 2.5, 4294967296, 'é', '"'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** The same calls with a fresh process wherever one would go on after an indeterminate operation. */
export function retiring(calls: readonly Call[]): Call[] {
  const numbers = new Map<number, number>();
  let next = 1000;
  return calls.map((call) => {
    if (call.do === 'nemesis') return call;
    const process = numbers.get(call.process) ?? call.process % 1000;
    if (call.do === 'complete' && call.type === 'info') numbers.set(call.process, next++);
    else numbers.set(call.process, process);
    return { ...call, process };
  });
}

/** Calls of at most six processes that respect the order of invocation and completion. */
export function anyCalls(value: fc.Arbitrary<unknown> = anyValue, key = maybe(anyKey)): fc.Arbitrary<Call[]> {
  const step = fc.record({
    process: fc.constantFrom(0, 1, 2, 77, 4_194_304, 2_147_483_647),
    f: anyText,
    key,
    value,
    node: maybe(fc.constantFrom('n1', 'n2', 'nœud')),
    type: fc.constantFrom<Outcome>('ok', 'fail', 'info'),
    error: maybe(fc.constantFrom('timeout', 'precondition-failed', 'a "quoted" é\n text')),
    nemesis: fc.boolean(),
  });
  return fc.array(step, { maxLength: 40 }).map((steps) => {
    const open = new Set<number>();
    return steps.map(({ process, f, key: k, value: v, node, type, error, nemesis }, i): Call => {
      if (nemesis && i % 5 === 0) return { do: 'nemesis', f, value: v };
      if (open.delete(process)) return { do: 'complete', process, type, value: v, error };
      open.add(process);
      return { do: 'invoke', process, f, key: k, value: v, node };
    });
  });
}

export function replay(calls: readonly Call[], recorder: Recorder): void {
  let time = 0;
  for (const call of calls) {
    time += 1_234_567_891;
    if (call.do === 'invoke') recorder.invoke(time, call.process, call.f, call.key, call.value, call.node);
    else if (call.do === 'nemesis') recorder.nemesis(time, call.f, call.value);
    else recorder.complete(time, call.process, call.type, call.value, call.error);
  }
}

export function eventsOf(history: History): HistoryEvent[] {
  return Array.from({ length: history.length }, (_, row) => history.event(row));
}

/** Everything that can be seen of a history, for `toEqual` (which tells -0 from 0). */
export function everything(history: History): unknown {
  const { kind, a, b, mate, length } = history.columns;
  return {
    events: eventsOf(history),
    operations: [...history.operations()],
    functions: history.functions,
    keys: history.keys,
    nodes: history.nodes,
    kinds: [...kind.subarray(0, length)],
    mates: [...mate.subarray(0, length)],
    ints: Array.from({ length }, (_, row) => (kind[row] === 3 ? history.others[a[row]!] : [a[row], b[row]])),
  };
}
