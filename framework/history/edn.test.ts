// Jepsen's files: what they look like in the wild, what is refused, and that what is exported comes back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { importEdn, toEdn } from './edn.js';
import { parseEdn, toEdnValue } from './edn-value.js';
import { type ImportedHistory, type ImportOptions, importHistory } from './import.js';
import { Recorder } from './recorder.js';
import { anyCalls, anyKey, anyValue, type Call, eventsOf, maybe, replay, retiring } from './testing/histories.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-edn-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

function load(text: string, options: ImportOptions = {}, name = 'history.edn'): ImportedHistory {
  writeFileSync(path(name), text);
  return importHistory(path(name), options);
}

function problem(text: string, options: ImportOptions = {}, name = 'history.edn'): ChaosError {
  try {
    load(text, options, name);
  } catch (thrown) {
    if (thrown instanceof ChaosError) return thrown;
    throw thrown;
  }
  throw new Error('it loaded');
}

const REGISTER = `{:index 0, :time 100, :type :info, :process :nemesis, :f :start, :value nil}
{:index 1, :time 200, :type :invoke, :process 0, :f :read, :value nil}
{:index 2, :time 300, :type :invoke, :process 1, :f :write, :value 3}
{:index 3, :time 400, :type :ok, :process 0, :f :read, :value 1}
{:index 4, :time 500, :type :info, :process 1, :f :write, :value 3, :error :timeout}
{:index 5, :time 600, :type :invoke, :process 6, :f :cas, :value [1 2]}
{:index 6, :time 700, :type :fail, :process 6, :f :cas, :value [1 2], :error [:bad-cas "no luck"]}
`;

const REGISTER_EVENTS = [
  { index: 0, time: 100, process: 'nemesis', type: 'info', f: 'start', value: null },
  { index: 1, time: 200, process: 0, type: 'invoke', f: 'read', value: null },
  { index: 2, time: 300, process: 1, type: 'invoke', f: 'write', value: 3 },
  { index: 3, time: 400, process: 0, type: 'ok', f: 'read', value: 1 },
  { index: 4, time: 500, process: 1, type: 'info', f: 'write', value: 3, error: 'timeout' },
  { index: 5, time: 600, process: 6, type: 'invoke', f: 'cas', value: [1, 2] },
  { index: 6, time: 700, process: 6, type: 'fail', f: 'cas', value: [1, 2], error: '["bad-cas","no luck"]' },
];

describe('the forms of a file', () => {
  it.each([
    ['a map a line', REGISTER],
    ['one vector', `[${REGISTER}]`],
    ['one list, with a byte order mark', `\ufeff(${REGISTER})\n`],
    ['records', REGISTER.replaceAll('{:index', '#jepsen.history.Op{:index')],
    ['records with a space', REGISTER.replaceAll('{:index', '#jepsen.history.Op {:index')],
    ['one line', REGISTER.replaceAll('\n', '')],
    ['pretty printed', REGISTER.replaceAll(', ', '\n  ')],
    [
      'comments and discarded forms',
      `; } { (\n#_{:process 9}\n${REGISTER.replaceAll('}\n', '} ; "\n')}#_ {:a [}]}`.replace('[}]', '[]'),
    ],
    [
      'keys that say nothing here',
      REGISTER.replaceAll(
        ', :f',
        ', :exception {:via [{:at [a.b$c__1 "f.clj" 3]}], :c [\\" \\{ \\newline \\u00e9]}, :f',
      ),
    ],
    [
      'other values beside',
      REGISTER.replaceAll(', :f', ', :x #inst "2020-01-01", :y ##Inf, :z #{1 2}, :r 1/2, :s a/b, :f'),
    ],
  ])('%s', (_, text) => {
    const { history, keyed, warnings, form } = load(text);
    expect(eventsOf(history)).toEqual(REGISTER_EVENTS);
    expect(keyed).toEqual({
      chosen: false,
      reason: expect.stringMatching(/^not keyed: the value in line \d+ is no \[key value\] pair$/),
    });
    expect(warnings).toEqual([]);
    expect(form).toBe('edn');
  });

  it('no index and no time', () => {
    const { history } = load('{:process 0 :type :invoke :f :add :value 1}\n\n{:process 0 :type :ok :f :add :value 1}');
    expect(eventsOf(history).map(({ time }) => time)).toEqual([1, 3]);
  });

  it('transactions', () => {
    const { history, keyed } = load(
      '{:type :invoke, :f :txn, :value [[:r 0 nil] [:append 1 1]], :time 1, :process 2, :index 0}\n' +
        '{:type :ok, :f :txn, :value [[:r 0 [4 5]] [:append 1 1]], :time 2, :process 2, :index 1}\n',
    );
    expect(history.value(1)).toEqual([
      ['r', 0, [4, 5]],
      ['append', 1, 1],
    ]);
    expect(keyed).toEqual({ chosen: false, reason: 'not keyed: line 1 is a transaction' });
  });
});

describe('keys in values', () => {
  const keyedText = `{:process 0 :type :invoke :f :read :value [:x nil]}
{:process :nemesis :type :info :f :kill :value "n1"}
{:process 1 :type :invoke :f :cas :value ["1" [1 2]]}
{:process 0 :type :ok :f :read :value [:x 5]}
{:process 1 :type :ok :f :cas :value ["1" [1 2]]}
{:process 1 :type :invoke :f :write :value [1 7]}
{:process 2 :type :invoke :f :write :value [[1 :a] 8]}
`;

  it('takes the key that an operation names by itself, and then leaves its value alone', () => {
    const { history, keyed } = load(
      `{:process 0 :type :invoke :f :append :key "k1" :value [1 2]}
{:process 1 :type :invoke :f :get :key :k2 :value nil}
{:process 0 :type :ok :f :append :key "k1" :value [1 2]}
{:process 1 :type :ok :f :get :key :k2 :value "a"}
{:process :nemesis :type :info :f :start :value nil}`,
    );
    expect(keyed).toEqual({ chosen: false, reason: 'not keyed: every operation names its key by itself' });
    const operations = [...history.operations()].map(({ key, asked, value }) => ({ key, asked, value }));
    expect(operations).toEqual([
      { key: 'k1', asked: [1, 2], value: [1, 2] },
      { key: 'k2', asked: null, value: 'a' },
    ]);
  });

  it('are taken out when every value is a pair', () => {
    const { history, keyed } = load(keyedText);
    expect(keyed).toEqual({ chosen: true, reason: 'keyed: every value of a client is a [key value] pair' });
    expect(history.keys).toEqual(['x', '1', 1, '[1,"a"]']);
    expect([...history.operations()].map(({ key, asked, value }) => [key, asked, value])).toEqual([
      ['x', null, 5],
      ['1', [1, 2], [1, 2]],
      [1, 7, undefined],
      ['[1,"a"]', 8, undefined],
    ]);
  });

  it('are left in when it was asked for, or when one read has none', () => {
    expect(load(keyedText, { keyed: 'no' })).toMatchObject({
      keyed: { chosen: false, reason: 'not keyed: it was asked for' },
    });
    const { history, keyed } = load(keyedText.replace('[:x nil]', 'nil'));
    expect(history.keys).toEqual([]);
    expect(keyed?.chosen).toBe(false);
  });

  it('are left in when a completion begins otherwise: those are lists of two', () => {
    const { keyed } = load(
      '{:process 0 :type :invoke :f :push :value [1 2]}\n{:process 0 :type :ok :f :push :value [2 2]}\n',
    );
    expect(keyed).toEqual({
      chosen: false,
      reason: 'not keyed: the pair in line 2 begins otherwise than the one of its invocation',
    });
  });

  it('must be there when they are asked for', () => {
    expect(load(keyedText, { keyed: 'yes' }).keyed).toEqual({ chosen: true, reason: 'keyed: it was asked for' });
    const error = problem(REGISTER, { keyed: 'yes' });
    expect(error).toMatchObject({ code: 'history-malformed', location: { line: 2 } });
    expect(error.message).toContain('no [key value] pair');
  });
});

describe('processes', () => {
  it('get a fresh number where they go on after an indeterminate operation', () => {
    const text =
      '{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :info :f :write :value 1}\n' +
      '{:process 0 :type :invoke :f :read :value nil}\n{:process 3 :type :invoke :f :read :value nil}\n' +
      '{:process 0 :type :ok :f :read :value 1}\n';
    const { history, warnings } = load(text);
    expect(eventsOf(history).map(({ process }) => process)).toEqual([0, 0, 4, 3, 4]);
    expect(warnings).toEqual([expect.stringContaining('line 3: process 0 goes on')]);
  });
});

describe('what is refused, with its line', () => {
  it.each<[string, string, number, RegExp]>([
    ['cut in the middle of the file', REGISTER.replace('[1 2]}', '[1 2'), 6, /begins here has no end|'}' where/],
    ['a bracket too many', REGISTER.replace(':value 3}', ':value 3}}'), 3, /'}' closes nothing/],
    ['the wrong bracket', REGISTER.replace('[1 2]}', '[1 2)}'), 6, /'\)' where '\]' is due/],
    ['a text without end', REGISTER.replace(':timeout', '"time'), 5, /begins here has no end/],
    ['no operation', `${REGISTER}42\n`, 8, /an operation is expected/],
    ['operations in vectors', `[${REGISTER}][1 2]`, 8, /an operation is expected/],
    ['no process', '{:type :invoke :f :read}', 1, /"process" is missing/],
    ['a process with a name', '{:type :invoke :f :read :process :a}', 1, /"process" is "a"/],
    ['an unknown type', '{:type :maybe :f :read :process 1}', 1, /"type" is "maybe"/],
    ['a completion out of nowhere', '{:type :ok :f :read :process 1}', 1, /did not invoke/],
    ['two at a time', '{:type :invoke :f :a :process 1}\n{:type :invoke :f :b :process 1}', 2, /is open/],
    ['another function', '{:type :invoke :f :a :process 1}\n{:type :ok :f :b :process 1}', 2, /'b'.*'a'/],
    ['falling indexes', REGISTER.replace(':index 5', ':index 2'), 6, /index 2 follows index 4/],
    ['a bad escape', '{:type "\\q" :f :read :process 1}', 1, /not EDN/],
  ])('%s', (_, text, line, message) => {
    const error = problem(text);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^history-/),
      location: { file: path('history.edn'), line },
    });
    expect(error.message).toMatch(message);
  });

  it.each(['', ' \n', '; nothing\n', '[]'])('an empty file: %j', (text) => {
    expect(problem(text).code).toBe('history-empty');
  });

  it('a file that is not there', () => {
    expect(() => importHistory(path('nothing.edn'))).toThrow(/cannot read the history/);
    expect(() => importEdn(path('nothing.edn'))).toThrow(/cannot read the history/);
  });
});

it('drops an operation that the end of the file cuts, wherever that is, and says so', () => {
  for (const [open, close] of [
    ['', ''],
    ['[', ']'],
  ]) {
    const text = `${open}${REGISTER}${close}`;
    const begins = text.lastIndexOf('{');
    for (let length = begins + 1; length < text.length - 1 - (close?.length ?? 0); length++) {
      const { history, warnings } = load(text.slice(0, length));
      expect(history.length).toBe(6);
      expect(warnings).toEqual([expect.stringContaining('line 7: the last operation is torn')]);
    }
  }
  const { history, warnings } = load(`[${REGISTER}`);
  expect(history.length).toBe(7);
  expect(warnings).toEqual([expect.stringContaining('line 7: the list of operations has no end')]);
});

describe('logs of Jepsen', () => {
  const log = `INFO  jepsen.core - Worker 0 starting
INFO  jepsen.util - 0\t:invoke\t:read\tnil
INFO  jepsen.util - 1\t:invoke\t:cas\t[3 1]
INFO  jepsen.util - 0\t:ok\t:read\t3
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 1\t:info\t:cas\t[3 1]\t:timed-out
INFO  jepsen.core - Worker 0 done
`;
  const events = [
    [0, 'invoke', 'read', null, undefined],
    [1, 'invoke', 'cas', [3, 1], undefined],
    [0, 'ok', 'read', 3, undefined],
    ['nemesis', 'info', 'start', null, undefined],
    [1, 'info', 'cas', [3, 1], 'timed-out'],
  ];

  it.each([
    ['the old form', log, 'jepsen.log'],
    [
      'with dates and threads',
      log.replaceAll('INFO  jepsen.util -', '2023-01-02 03:04:05,678{GMT}\tINFO\t[jepsen worker 1] jepsen.util:'),
      'x',
    ],
    ['history.txt', log.replaceAll('INFO  jepsen.util - ', '').replaceAll(':nemesis', 'nemesis'), 'history.txt'],
    ['spaces for tabs', log.replaceAll('\t', '   '), 'y.log'],
  ])('%s', (_, text, name) => {
    const { history, form, warnings, keyed } = load(text, {}, name);
    expect(form).toBe('jepsen-log');
    expect(eventsOf(history).map(({ process, type, f, value, error }) => [process, type, f, value, error])).toEqual(
      events,
    );
    expect(eventsOf(history).map(({ time }) => time)).toEqual([2, 3, 4, 5, 6]);
    expect(warnings).toEqual([expect.stringContaining('no times')]);
    expect(keyed?.chosen).toBe(false);
  });

  it('errors that are any text, and values that are not EDN', () => {
    const { history } = load(
      `${log}9\t:invoke\t:read\tnil\n9\t:fail\t:read\tnil\tjava.lang.Foo: bar [1\n`,
      {},
      'jepsen.log',
    );
    expect(history.error(6)).toBe('java.lang.Foo: bar [1');
    const error = problem(`${log}9\t:invoke\t:read\t[1\n`, {}, 'jepsen.log');
    expect(error).toMatchObject({ location: { line: 8 } });
  });
});

describe('the form of a file', () => {
  it('is told by its content where the name says nothing', () => {
    expect(load(REGISTER, {}, 'a').form).toBe('edn');
    expect(load('{"process":0,"type":"invoke","f":"read","value":null}\n', {}, 'b').form).toBe('jsonl');
    expect(problem('', {}, 'c').code).toBe('history-empty');
    expect(problem('hello world\n', {}, 'd').code).toBe('history-unknown');
  });

  it('decides where keys are', () => {
    const line = '{"process":0,"type":"invoke","f":"read","key":"x","value":[1,2]}\n';
    expect(load(line, {}, 'a.jsonl')).toMatchObject({ form: 'jsonl', warnings: [] });
    expect(load(line, { keyed: 'no' }, 'a.jsonl').warnings).toEqual([expect.stringContaining("'keyed: no'")]);
  });
});

describe('values', () => {
  it.each([
    ['[nil true false 1 -1 1.5 1e3 2M 3N]', [null, true, false, 1, -1, 1.5, 1000, 2, 3]],
    [
      '[9007199254740991 9007199254740993 -9223372036854775808]',
      [9007199254740991, '9007199254740993', '-9223372036854775808'],
    ],
    [
      '["9007199254740993" "a ; \\\\ ##x" 1234567890123456789012345N]',
      ['9007199254740993', 'a ; \\ ##x', '1234567890123456789012345'],
    ],
    ['[:a :a/b sym #{1} (1 2) #foo/bar [1]]', ['a', 'a/b', 'sym', [1], [1, 2], [1]]],
    ['[\\a \\newline \\" \\; \\( \\u00e9]', ['a', '\n', '"', ';', '(', 'é']],
    ['{:a {1 2, [1 2] 3, nil 4} "__proto__" 5}', { a: { 1: 2, '[1,2]': 3, null: 4 }, ['__proto__']: 5 }],
  ])('%s', (text, value) => {
    expect(parseEdn(text)).toEqual([value]);
  });

  it('come back from EDN as they were', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(parseEdn(toEdnValue(value))).toEqual([value]);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});

describe('what is exported', () => {
  function exported(calls: readonly Call[]): [Recorder['history'], ImportedHistory] {
    const recorder = new Recorder({ file: null });
    replay(retiring(calls), recorder);
    return [recorder.history, load(toEdn(recorder.history))];
  }

  it('looks as Jepsen writes it', () => {
    const recorder = new Recorder({ file: null });
    recorder.nemesis(1, 'partition', { id: 1, targets: ['n1'] });
    recorder.invoke(2, 0, 'cas', 'x', [1, 2], 'n1');
    recorder.complete(3, 0, 'fail', [1, 2], 'precondition-failed');
    recorder.invoke(4, 0, 'txn', undefined, [['append', 'x', 1]], 'n1');
    expect(toEdn(recorder.history).split('\n')).toEqual([
      '; a history written by chaos, keyed: no',
      '{:index 0, :time 1, :type :info, :process :nemesis, :f :partition, :value {:id 1, :targets ["n1"]}}',
      '{:index 1, :time 2, :type :invoke, :process 0, :f :cas, :value ["x" [1 2]], :node "n1"}',
      '{:index 2, :time 3, :type :fail, :process 0, :f :cas, :value ["x" [1 2]], :node "n1", :error "precondition-failed"}',
      '{:index 3, :time 4, :type :invoke, :process 0, :f :txn, :value [[:append "x" 1]], :node "n1"}',
      '',
    ]);
  });

  it.each<[string, fc.Arbitrary<string | number | undefined>]>([
    ['with keys', anyKey],
    ['without keys', fc.constant(undefined)],
  ])('is imported as it was, %s', (_, key) => {
    fc.assert(
      fc.property(anyCalls(anyValue, key), (calls) => {
        fc.pre(calls.length > 0);
        const [history, imported] = exported(calls);
        expect(eventsOf(imported.history)).toEqual(eventsOf(history));
        expect(imported.keyed?.chosen).toBe(history.keys.length > 0);
        expect(imported.warnings).toEqual([]);
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it('keeps keys in the values when only some operations have one', () => {
    fc.assert(
      fc.property(anyCalls(anyValue, maybe(anyKey)), (calls) => {
        fc.pre(calls.length > 0);
        const [history, imported] = exported(calls);
        const all = [...history.operations()].every(({ key }) => key !== undefined);
        const some = history.keys.length > 0;
        expect(imported.keyed?.chosen).toBe(all && some);
        expect(imported.history.length).toBe(history.length);
      }),
      { seed: 12, numRuns: 50 },
    );
  });
});

it('whatever is done to a file, it loads or is refused in words', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.nat(REGISTER.length),
      fc.nat(6),
      fc.string({
        unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', '(', ')', '#', ';', ':', '0', ' ', '\n', '_'),
        maxLength: 3,
      }),
      (vector, start, length, put) => {
        const text = REGISTER.slice(0, start) + put + REGISTER.slice(start + length);
        try {
          expect(load(vector ? `[${text}]` : text).history.length).toBeLessThanOrEqual(7);
        } catch (error) {
          expect(error).toBeInstanceOf(ChaosError);
        }
      },
    ),
    { seed: 8, numRuns: 300 },
  );
});
