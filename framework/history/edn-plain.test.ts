import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NOT_PLAIN, parsePlain } from './edn-plain.js';
import { parseEdn, toEdnValue } from './edn-value.js';

it.each([
  ['{:process 0, :type :invoke, :f :read, :value nil}', { process: 0, type: 'invoke', f: 'read', value: null }],
  [
    '{:value [:x [-1 22]] :ok true :no false :s "a \n b",}',
    { value: ['x', [-1, 22]], ok: true, no: false, s: 'a \n b' },
  ],
  ['#jepsen.history.Op{:index 5}', { index: 5 }],
  [' 999999999999999 ', 999999999999999],
  [':<!', '<!'],
])('reads %j', (text, value) => {
  expect(parsePlain(text)).toEqual(value);
  expect(parseEdn(text)).toEqual([value]);
});

it.each([
  '1 2',
  '',
  '{:a}',
  '{:a 1',
  '[1',
  '"a',
  '"a\\n"',
  '007',
  '-0',
  '+1',
  '1.5',
  '1N',
  '1000000000000000',
  ':a/b',
  '::a',
  ':1',
  ':',
  'nill',
  'foo',
  '\\a',
  '#{1}',
  '#inst "x"',
  '{"a" 1}',
  '{:__proto__ 1}',
  '(1)',
  '; c',
  '[1;c\n]',
  '{:a 1}}',
  '["a""b"]',
  '##NaN',
  ':a"b"',
  '[1[2]]',
])('leaves %j to the parser', (text) => {
  expect(parsePlain(text)).toBe(NOT_PLAIN);
});

it('never says anything else than the parser', () => {
  const token = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      ' ',
      ',',
      ':a',
      ':b-c?',
      'nil',
      'true',
      'nile',
      '1',
      '-7',
      '-',
      '0',
      '00',
      '123456789012345',
      '"s"',
      '"\\""',
      ';',
      '#',
      '\n',
      '.',
      '/',
      'N',
    ],
  );
  let plain = 0;
  const agree = (text: string) => {
    const value = parsePlain(text);
    if (value === NOT_PLAIN) return;
    plain++;
    expect([text, parseEdn(text)]).toEqual([text, [value]]);
  };
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => agree(tokens.join(''))),
    { seed: 3, numRuns: 20_000 },
  );
  expect(plain).toBeGreaterThan(500);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => agree(toEdnValue(value))),
    { seed: 4, numRuns: 2000 },
  );
  expect(plain).toBeGreaterThan(1500);
});
