// Histories that others wrote: tolerated where they can be understood, refused with file and line where they cannot.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { type LoadedHistory, loadHistory, salvageHistory } from './load.js';
import { eventsOf } from './testing/histories.js';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-load-'));
  file = join(folder, 'history.jsonl');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(content: string | Buffer): LoadedHistory {
  writeFileSync(file, content);
  return loadHistory(file);
}

function problem(content: string | Buffer): ChaosError {
  try {
    load(content);
  } catch (thrown) {
    if (thrown instanceof ChaosError) return thrown;
    throw thrown;
  }
  throw new Error('it loaded');
}

const INVOKE = '{"index":0,"time":10,"process":0,"type":"invoke","f":"read","key":"x","value":null,"node":"n1"}\n';
const OK = '{"index":1,"time":20,"process":0,"type":"ok","f":"read","key":"x","value":5,"node":"n1"}\n';

describe('what others write', () => {
  it('any order of fields, white space, no header, no index, no time, no newline at the end', () => {
    const { history, header, warnings } = load(
      '\ufeff{ "f": "write", "type": "invoke", "value": 1, "process": 3, "extra": {"a": 1} }\r\n\n' +
        '{"type":"ok","process":3,"f":"write","value":1}\n' +
        '{"process":"nemesis","type":"info","f":"kill","value":["n1"],"time":5.5}',
    );
    expect(header).toBeNull();
    expect(warnings).toEqual([]);
    expect(eventsOf(history)).toEqual([
      { index: 0, time: 1, process: 3, type: 'invoke', f: 'write', value: 1 },
      { index: 1, time: 3, process: 3, type: 'ok', f: 'write', value: 1 },
      { index: 2, time: 5.5, process: 'nemesis', type: 'info', f: 'kill', value: ['n1'] },
    ]);
  });

  it('a completion without key and node has those of its invocation', () => {
    const { history } = load(`${INVOKE}{"process":0,"type":"ok","f":"read","value":5}\n`);
    expect(history.event(1)).toMatchObject({ key: 'x', node: 'n1', value: 5 });
  });

  it('errors that are no text, and null for what is not there', () => {
    const { history } = load(
      '{"process":0,"type":"invoke","f":"read","key":null,"node":null,"value":null,"error":null}\n' +
        '{"process":0,"type":"info","f":"read","error":["timeout",5]}\n',
    );
    expect(eventsOf(history)).toEqual([
      { index: 0, time: 1, process: 0, type: 'invoke', f: 'read', value: null },
      { index: 1, time: 2, process: 0, type: 'info', f: 'read', value: null, error: '["timeout",5]' },
    ]);
  });

  it('indexes with gaps, said once', () => {
    const { history, warnings } = load(
      INVOKE.replace('"index":0', '"index":10') + OK.replace('"index":1', '"index":12'),
    );
    expect(history.length).toBe(2);
    expect(warnings).toEqual([`line 1: events are renumbered: index 10 is event 0 here`]);
  });

  it('a process that goes on after an indeterminate operation', () => {
    const { history } = load(INVOKE + OK.replace('"ok"', '"info"') + INVOKE.replace('"index":0', '"index":2'));
    expect([...history.operations()].map(({ outcome, end }) => [outcome, end])).toEqual([
      ['info', 1],
      ['info', -1],
    ]);
  });

  it('a header alone, and names that are not ASCII in either way of writing', () => {
    expect(load('{"format":1,"seed":3}\n').header).toEqual({ format: 1, seed: 3 });
    const escaped = INVOKE.replace('"x"', '"\\u00e9"') + OK.replace('"x"', '"é"');
    expect(load(escaped).history.keys).toEqual(['é']);
  });

  it('fields named as the prototype of objects', () => {
    const { history } = load(
      '{"process":0,"type":"invoke","f":"__proto__","key":"__proto__","value":{"__proto__":1},"node":"constructor"}\n',
    );
    expect(history.event(0)).toMatchObject({ f: '__proto__', key: '__proto__', node: 'constructor' });
    expect(JSON.stringify(history.value(0))).toBe('{"__proto__":1}');
  });

  it('lines longer than any chunk, and chunks that end anywhere', () => {
    let text = '';
    for (let i = 0; i < 60; i++) {
      const value = 'é'.repeat(7919 * (i % 7));
      text += `{"index":${2 * i},"time":${i},"process":0,"type":"invoke","f":"write","value":"${value}"}\n`;
      text += `{"index":${2 * i + 1},"time":${i},"process":0,"type":"ok","f":"write","value":${i}}\n`;
    }
    text += `{"index":120,"time":1,"process":0,"type":"invoke","f":"write","value":[${'1,'.repeat(400_000)}1]}\n`;
    const { history } = load(text);
    expect(history.length).toBe(121);
    expect(history.value(12)).toBe('é'.repeat(7919 * 6));
    expect(history.value(119)).toBe(59);
    expect(history.value(120)).toHaveLength(400_001);
  });

  it('large integers that are exact, and times that are not', () => {
    const line = INVOKE.replace('null', '9007199254740991').replace('10', '1700000000123456789');
    expect(load(line).history.value(0)).toBe(9007199254740991);
    expect(load(line.replace('9007199254740991', '"9007199254740993"')).history.value(0)).toBe('9007199254740993');
  });
});

describe('what a crash leaves', () => {
  it('a torn last line is dropped', () => {
    const { history, warnings } = load(INVOKE + OK.slice(0, 50));
    expect(history.length).toBe(1);
    expect(warnings).toEqual([`line 2: the last line is torn and was left out`]);
  });

  it('a tail of zeros is a torn line', () => {
    const { history, warnings } = load(INVOKE + OK + '\0'.repeat(1000));
    expect(history.length).toBe(2);
    expect(warnings).toHaveLength(1);
  });

  it('a torn header leaves no events', () => {
    const { history, warnings } = load('{"format":1,"se');
    expect(history.length).toBe(0);
    expect(warnings).toHaveLength(1);
  });
});

describe('what cannot be', () => {
  const write = '{"index":1,"time":20,"process":0,"type":"invoke","f":"write","key":"x","value":1}\n';
  it.each<[string, string, string, number, RegExp]>([
    ['garbage in the middle', `${INVOKE}{"index":1,"ti\n${OK}`, 'history-malformed', 2, /not JSON/],
    ['a list', `${INVOKE}[1,2]\n`, 'history-malformed', 2, /object is expected/],
    ['no history at all', 'hello', 'history-malformed', 1, /no history/],
    [
      'a completion out of nowhere',
      `${INVOKE}${OK}${OK.replace(':1', ':2')}`,
      'history-no-invocation',
      3,
      /did not invoke/,
    ],
    ['a completion first', OK, 'history-no-invocation', 1, /process 0 completes/],
    ['two open operations', INVOKE + write, 'history-open', 2, /operation 0 \(read\) is open/],
    ['another function', INVOKE + OK.replace('"read"', '"write"'), 'history-malformed', 2, /'write'.*'read'/],
    ['another key', INVOKE + OK.replace('"x"', '"y"'), 'history-malformed', 2, /key "y".*key "x"/],
    ['a key of another type', INVOKE.replace('"x"', '1') + OK.replace('"x"', '"1"'), 'history-malformed', 2, /key "1"/],
    ['indexes that fall', INVOKE.replace('0', '5') + OK, 'history-malformed', 2, /index 1 follows index 5/],
    ['indexes that stay', INVOKE + OK.replace(':1', ':0'), 'history-malformed', 2, /index 0 follows index 0/],
    ['an unknown type', INVOKE.replace('invoke', 'begin'), 'history-malformed', 1, /"begin": one of invoke/],
    ['no process', '{"type":"invoke","f":"read"}\n', 'history-malformed', 1, /"process" is missing/],
    ['no type', '{"process":1,"f":"read"}\n', 'history-malformed', 1, /"type" is missing/],
    ['no function', '{"process":1,"type":"invoke"}\n', 'history-malformed', 1, /"f" is missing/],
    ['a negative process', '{"process":-1,"type":"invoke","f":"a"}\n', 'history-malformed', 1, /"process" is -1/],
    ['a huge process', INVOKE.replace('"process":0', '"process":3000000000'), 'history-malformed', 1, /3000000000/],
    ['a key that is a list', INVOKE.replace('"x"', '[1]'), 'history-malformed', 1, /"key" is \[1\]/],
    ['a time that is a text', INVOKE.replace(':10', ':"10"'), 'history-malformed', 1, /"time" is "10"/],
    ['an inexact integer', INVOKE.replace('null', '9007199254740993'), 'history-malformed', 1, /too large/],
    ['an inexact decimal', INVOKE.replace('null', '9007199254740993.0'), 'history-malformed', 1, /too long/],
    ['a number out of range', INVOKE.replace('null', '[1e999]'), 'history-malformed', 1, /too large/],
    ['a format of the future', `{"format":2}\n${INVOKE}`, 'history-format', 1, /format 2/],
    ['a leading zero', INVOKE.replace(':10', ':010'), 'history-malformed', 1, /not JSON/],
  ])('%s', (_, content, code, line, message) => {
    const error = problem(content);
    expect(error).toMatchObject({ code, location: { file, line, column: 1 }, kind: 'usage' });
    expect(error.message).toMatch(message);
  });

  it.each(['', '\n\n', '\ufeff'])('an empty file', (content) => {
    expect(problem(content)).toMatchObject({ code: 'history-empty', kind: 'usage' });
  });

  it('a file that is not there, and a folder', () => {
    expect(() => loadHistory(join(folder, 'nothing.jsonl'))).toThrow(/cannot read the history .*nothing.jsonl/);
    mkdirSync(join(folder, 'sub'));
    expect(() => loadHistory(join(folder, 'sub'))).toThrow(/it is a folder/);
  });
});

describe('whatever is done to a file', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  it('nesting without bounds is refused, since nobody could compare such values', () => {
    const fine = '['.repeat(1000) + ']'.repeat(1000);
    expect(Array.isArray(load(INVOKE.replace('null', fine)).history.value(0))).toBe(true);
    expect(problem(INVOKE.replace('null', deep)).message).toMatch(/nested deeper than 1000 levels/);
    expect(problem(INVOKE.replace('null', `{"a":${deep}}`)).message).toMatch(/nested deeper than 1000 levels/);
    expect(load(`${INVOKE}{"process":0,"type":"ok","f":"read","error":${deep}}\n`).history.error(1)).toMatch(
      /nested|\[/,
    );
    expect(problem(INVOKE.replace('"x"', deep)).message).toMatch(/^"key" is/);
  });

  const lines = INVOKE + OK + INVOKE.replaceAll(':0', ':2').replace('null', '[1,2]') + OK.replaceAll(':1', ':3');
  it('it loads or is refused in words', () => {
    fc.assert(
      fc.property(
        fc.nat(lines.length),
        fc.nat(6),
        fc.string({
          unit: fc.constantFrom('"', '\\', '{', '}', '[', ',', ':', '-', '0', '9', 'e', '\n', '\0', 'é'),
          maxLength: 3,
        }),
        (start, length, put) => {
          writeFileSync(file, lines.slice(0, start) + put + lines.slice(start + length));
          try {
            expect(loadHistory(file).history.length).toBeLessThanOrEqual(4);
          } catch (error) {
            expect(error).toBeInstanceOf(ChaosError);
          }
        },
      ),
      { seed: 5, numRuns: 400 },
    );
  });

  it('the fast reader and JSON.parse agree', () => {
    fc.assert(
      fc.property(
        fc.nat(INVOKE.length - 2),
        fc.nat(3),
        fc.constantFrom('', '1', '-', '0', '"', 'a', '5,'),
        (start, length, put) => {
          const line = INVOKE.slice(0, start) + put + INVOKE.slice(Math.min(start + length, INVOKE.length - 1));
          // A space in front keeps the fast reader away.
          const [fast, careful] = [line, ` ${line}`].map((content) => {
            try {
              return eventsOf(load(content).history);
            } catch (error) {
              return (error as ChaosError).code;
            }
          });
          expect(fast).toEqual(careful);
        },
      ),
      { seed: 6, numRuns: 400 },
    );
  });
});

describe('salvage', () => {
  it('keeps what stands before a line that is no event, and says where it ended', () => {
    writeFileSync(file, `${INVOKE}${OK}{"index":2,"ti\n${INVOKE}`);
    const { history, warnings } = salvageHistory(file);
    expect(history.length).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/^line 3: .*not JSON.*nothing from there on/)]);
  });

  it('reads nothing of a format that it does not know', () => {
    writeFileSync(file, `{"format":7}\n${INVOKE}`);
    const { history, warnings } = salvageHistory(file);
    expect([history.length, warnings.length]).toEqual([0, 1]);
  });

  it('keeps what can be read of any bytes', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.uint8Array({ maxLength: 20 }), (at, bytes) => {
        const whole = Buffer.from(`{"format":1}\n${INVOKE}${OK}${INVOKE.replace('0', '2')}`);
        const place = at % whole.length;
        writeFileSync(file, Buffer.concat([whole.subarray(0, place), bytes, whole.subarray(place)]));
        try {
          expect(salvageHistory(file).history.length).toBeLessThanOrEqual(3);
        } catch (error) {
          expect(error).toMatchObject({ code: 'history-empty' });
        }
      }),
    );
  });
});
