// Input that wants to do harm: it is refused with a place, quickly, and changes nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { PlanErrors } from './diagnostics.js';
import { errorsOf, failure, load, minimal } from './testing/load.js';

describe('YAML that is broken', () => {
  it.each([
    ['name: x\n\tsystem: kv\n', '2:1 a tab in the indentation; YAML wants spaces'],
    ['- name: x\n', '1:1 a plan is a map of keys such as name, system and workload, got a list'],
    ['just text', '1:1 a plan is a map of keys such as name, system and workload, got the text "just text"'],
    ['name: a: b\n', '1:7 a second ":" on this line; put the text in quotes, or the inner map in { }'],
    ['name: @x\n', '1:7 a value cannot start with reserved character @; put it in quotes'],
    ['name: x\n---\nname: y\n', '2:1 a second document begins here; a plan is one document'],
    ['name: "x\n', '2:1 not valid YAML: missing closing "quote'],
    ['name: x\u0000y\n', '1:8 this is not a text file: it holds a NUL character'],
    ['name: { x: ${N=1}, y: 2 }\n', '1:13 a "{" that does not belong here'],
  ])('%j', async (text, error) => {
    const [first] = await errorsOf(text);
    expect(first?.split(' | ')[0]).toBe(error);
  });

  it('with every odd key is told as a whole', async () => {
    const text =
      'name: a\nname: b\n__proto__: { polluted: 1 }\n1: x\n? [a]\n: 3\nx: !foo 3\ny: *a\nz: &b [*b]\n: 4\nw: .inf\n';
    const messages = (await failure(text)).diagnostics.map(({ line, message }) => `${line} ${message}`);
    expect(messages).toEqual(
      expect.arrayContaining([
        '2 the key "name" is here for the second time; the first is on line 1',
        '3 the key "__proto__" is not allowed',
        '4 unknown key "1" in the plan',
        '5 a key must be a word',
        '7 the tag !foo has no meaning in a plan',
        '8 there is no anchor &a before this',
        '9 *b refers to itself',
        '10 a key is missing before the ":"',
        '11 the number .inf is too large',
      ]),
    );
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('cannot reach a prototype', async () => {
    await errorsOf(
      minimal('system: { with: { __proto__: { polluted: 1 } } }\nconstructor: { prototype: { polluted: 1 } }'),
    );
    await errorsOf(minimal(), {
      set: ['__proto__.polluted=1', 'constructor.prototype.polluted=1', 'system.__proto__.polluted=1'],
    });
    await errorsOf(minimal('matrix: { __proto__.polluted: [1], system.with.__proto__: [{ polluted: 1 }] }'));
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('cannot drive the terminal that shows the error', async () => {
    const text = (await failure('"\\e[31mred\\e]0;title\\a": 1\n"na\u009bme": \u202etxet\n')).format();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('unknown key "·[31mred·]0;title·" in the plan');
  });
});

describe('YAML that is huge', () => {
  it.each([
    ['brackets', '['.repeat(500_000)],
    ['braces', '{a: '.repeat(100_000)],
    ['dashes', '- '.repeat(400_000)],
    ['questions', '? '.repeat(400_000)],
    ['indents', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('nested: %s', async (_, text) => {
    expect((await failure(text)).message).toBe('nested more than 50 levels deep');
  });

  it('with very many keys or words', async () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}: 1`).join('\n');
    expect((await failure(keys(100_000))).message).toBe('this is far too long for a plan');
    const errors = await failure(minimal(keys(2000)));
    expect([errors.diagnostics.length, errors.dropped]).toEqual([100, 1900]);
    expect(errors.format()).toMatch(/… and 1900 more like these$/);
  });

  it('through aliases', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++)
      bomb.push(`${'abcdefghi'[level]}: &${'abcdefghi'[level]} [${`*${'abcdefghi'[level - 1]}, `.repeat(10)}]`);
    const messages = (await failure(bomb.join('\n'))).diagnostics.map(({ message }) => message);
    expect(messages).toContain('aliases repeat more than 10000 values');
  });

  it('in one line: the excerpt stays short', async () => {
    const text = (
      await failure(
        `{ name: x, system: kv, workload: register, timing: { ${' '.repeat(5000)}laod: 3s${' '.repeat(5000)} } }`,
      )
    ).format();
    const [, line = '', carets = ''] = text.split('\n');
    expect(line.length).toBeLessThan(140);
    expect(line.slice(carets.indexOf('^')).startsWith('laod: 3s')).toBe(true);
  });
});

describe('any text at all', () => {
  it('is a plan or a known error', async () => {
    const piece = fc.constantFrom(
      'name',
      'system',
      'kv',
      'use',
      'with',
      'nemeses',
      'kill',
      'at',
      ': ',
      ':',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '\n',
      '\n  ',
      '${',
      '}',
      '&a ',
      '*a',
      '!t ',
      '"',
      "'",
      '|\n',
      '5',
      '10s',
      '#',
      '?',
      'matrix',
      'extends',
      '<<',
      'null',
      '\t',
      '%',
      '@',
    );
    const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (noise, whole) => {
        const error: unknown = await load(whole ? noise : minimal(noise)).then(
          () => undefined,
          (thrown) => thrown,
        );
        if (error !== undefined && !(error instanceof ChaosError)) throw error;
        if (error instanceof PlanErrors) expect(error.format()).not.toContain('undefined');
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});
