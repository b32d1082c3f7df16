// chaos check on files: every form, every flag, and whatever can be wrong with a file or a model of the user's.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chaos, start, until, Workspace } from './support/chaos.js';
import { onTerminal } from './support/terminal.js';

let space: Workspace;
beforeEach(() => {
  space = new Workspace();
});
afterEach(() => space.remove());

const run = (...args: string[]) => chaos(['check', ...args], { cwd: space.path });

const event = (process: number, type: string, f: string, value: unknown, more: object = {}) =>
  `${JSON.stringify({ process, type, f, value, ...more })}\n`;
const did = (process: number, f: string, asked: unknown, result: unknown = asked) =>
  event(process, 'invoke', f, asked) + event(process, 'ok', f, result);

const GOOD = did(0, 'write', 1) + did(1, 'read', null, 1);
const BAD = did(0, 'write', 1) + did(1, 'read', null, null);

/** Every order of the compare-and-sets has to be tried before it is clear that none of them leads to 88 or 99. */
function hard(): string {
  const edges: [number, number][] = [];
  for (let from = 0; from < 14; from++) for (const by of [1, 2, 3]) edges.push([from, (from + by) % 14]);
  edges.push([88, 99], [99, 88]);
  const invocations = edges.map((edge, process) => event(process, 'invoke', 'cas', edge));
  const completions = edges.map((edge, process) => event(process, 'ok', 'cas', edge)).reverse();
  return [...invocations, ...completions].join('');
}

const json = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('--json', () => {
  it('tells of every file, in the order given, also of those that cannot be read', async () => {
    space.file('good.jsonl', GOOD);
    space.file('bad.jsonl', BAD);
    space.file('broken.jsonl', `${GOOD}{"process":\n`);
    const files = ['bad.jsonl', 'nothing.jsonl', 'broken.jsonl', 'good.jsonl'];
    const { code, out, err } = await run(...files, '--model', 'register', '--json');
    expect(code).toBe(254);
    const lines = json(out);
    expect(lines.map(({ file, valid }) => [file, valid])).toEqual([
      ['bad.jsonl', false],
      ['nothing.jsonl', 'unknown'],
      ['broken.jsonl', 'unknown'],
      ['good.jsonl', true],
    ]);
    expect(lines[0]).toMatchObject({
      model: 'register',
      algorithm: [{ key: null, algorithm: 'zones', why: 'every value is written once', valid: false, operations: 2 }],
      operations: 2,
      configurations: 0,
      elapsedMs: expect.any(Number),
      parseMs: expect.any(Number),
      peakRssMb: expect.any(Number),
      evidence: [{ name: 'stale-read', message: expect.stringContaining('process 1'), operations: [0, 2] }],
    });
    expect(lines[1]).toMatchObject({ error: { code: 'history-unreadable', file: 'nothing.jsonl', line: null } });
    expect(lines[2]).toMatchObject({ error: { code: 'history-malformed', file: 'broken.jsonl', line: 5 } });
    expect(err).toContain('broken.jsonl:5');
  });

  it('counts algorithms, and lists a hundred keys', async () => {
    const keys = Array.from(
      { length: 150 },
      (_, key) => event(0, 'invoke', 'write', 1, { key }) + event(0, 'ok', 'write', 1, { key }),
    );
    space.file('many.jsonl', keys.join(''));
    const [line] = json((await run('many.jsonl', '--json')).out);
    expect(line).toMatchObject({ valid: true, keys: { judged: 150, valid: 150 } });
    expect(line!['algorithm']).toHaveLength(100);
    expect(line!['algorithms']).toEqual({ 'zones: every value is written once': 150 });
  });
});

describe('words', () => {
  it('of an invalid history are followed by the operations that prove it', async () => {
    space.file('bad.jsonl', BAD);
    const { code, out } = await run('bad.jsonl');
    expect(code).toBe(1);
    expect(out).toMatch(/^Invalid: bad\.jsonl \(linearizable, cas-register, 2 operations, /);
    expect(out).toMatch(/time +process +function +value +outcome/);
    expect(out).toMatch(/ 0 +write +1 +ok\n/);
    expect(out).toMatch(/ 1 +read +→ null +ok\n/);
  });

  it('of an unknown say what ended it, how far it came and what to try', async () => {
    space.file('hard.jsonl', hard());
    const { code, out } = await run('hard.jsonl', '--initial', '0', '--budget', '5000');
    expect(code).toBe(2);
    expect(out).toMatch(
      /budget of configurations ran out after 5000 configurations, with \d+ of 44 completed operations/,
    );
    expect(out).toContain('try a larger budget');
    const late = await run('hard.jsonl', '--initial', '0', '--budget', '1000000000', '--max-time', '50ms');
    expect(late).toMatchObject({ code: 2, out: expect.stringContaining('max-time was over after') });
  });
});

describe('flags', () => {
  it('that make no sense are refused before a file is read, with the words that do', async () => {
    const { code, out, err } = await run(
      'nothing.jsonl',
      '--model',
      'fifo-queu',
      '--budget',
      '0',
      '--max-time',
      '3',
      '--memory',
      '512',
    );
    expect({ code, out }).toEqual({ code: 254, out: '' });
    expect(err).toContain('multi-register');
    expect(err).toContain('did you mean "fifo-queue"?');
    expect(err).toContain('at least 1');
    expect(err).toContain('did you mean "3s"?');
    expect(err).toContain('did you mean "512MB"?');
    expect(err).not.toContain('nothing.jsonl');
  });

  it.each([
    [['--checker', 'stats', '--budget', '3'], 'unknown option "budget" of checker stats'],
    [['--checker', 'linearisable'], 'did you mean "linearizable"?'],
    [['--model', 'counter', '--initial', '"one"'], 'a counter'],
    [['--initial', '9007199254740993'], 'to be exact'],
    [['--keyed', 'perhaps'], '--keyed takes'],
    [['also.jsonl', '--proof', 'p.jsonl'], '--proof writes the proof of one file'],
    [['--checker', 'stats', '--proof', 'p.jsonl'], 'proves nothing'],
  ])('%j', async (args, message) => {
    space.file('good.jsonl', GOOD);
    const { code, err } = await run('good.jsonl', ...args);
    expect(code).toBe(254);
    expect(err).toContain(message);
  });

  it('give the model, the initial value and what null means', async () => {
    space.file('zero.jsonl', did(0, 'read', null, null) + did(0, 'cas', [0, 1]));
    expect((await run('zero.jsonl')).code).toBe(1);
    expect((await run('zero.jsonl', '--initial', '0')).code).toBe(1);
    expect((await run('zero.jsonl', '--initial', '0', '--nil-matches-any')).code).toBe(0);
    space.file('queue.jsonl', did(0, 'enqueue', 7) + did(0, 'dequeue', null, 8));
    expect((await run('queue.jsonl', '--model', 'fifo-queue', '--memory', '64MiB')).code).toBe(1);
  });

  it('--proof writes an order of effect', async () => {
    space.file('good.jsonl', GOOD);
    space.file('bad.jsonl', BAD);
    expect((await run('good.jsonl', '--proof', 'proof.jsonl')).code).toBe(0);
    const [header, ...steps] = json(space.read('proof.jsonl'));
    expect(header).toMatchObject({ proof: 'linearizable', model: 'cas-register', file: 'good.jsonl', operations: 2 });
    expect(steps.map(({ index, f }) => [index, f])).toEqual([
      [0, 'write'],
      [2, 'read'],
    ]);
    expect((await run('bad.jsonl', '--proof', 'none.jsonl')).code).toBe(1);
    expect(() => space.read('none.jsonl')).toThrow();
    expect((await run('good.jsonl', '--proof', 'nowhere/p.jsonl')).code).toBe(255);
    // The stack has a monitor, but its proof is searched for.
    space.file('stack.jsonl', did(0, 'push', 1) + did(0, 'push', 2) + did(0, 'pop', null, 2));
    const unproven = await run('stack.jsonl', '--model', 'stack', '--budget', '1', '--proof', 'none.jsonl');
    expect(unproven.code).toBe(2);
    expect(unproven.out).toContain('Valid: stack.jsonl');
    expect(unproven.err).toContain('none.jsonl is not written: there is no proof');
    expect(() => space.read('none.jsonl')).toThrow();
  });
});

describe('files of Jepsen', () => {
  const EDN = `; made by hand
{:process :nemesis, :type :info, :f :start, :value "cut"}
{:process 0, :type :invoke, :f :write, :value [:x 1]}
{:process 0, :type :ok, :f :write, :value [:x 1]}
{:process 1, :type :invoke, :f :read, :value [:x nil]} ; a comment
{:process 2, :type :invoke, :f :cas, :value [:y [0 5]]}
{:process 2, :type :info, :f :cas, :value [:y [0 5]], :error :timeout}
{:process :nemesis, :type :info, :f :stop, :value nil}
{:process 1, :type :ok, :f :read, :value [:x READ]}
{:process 3, :type :invoke, :f :read, :value [:y nil]}
{:process 3, :type :ok, :f :read, :value [:y 5]}
`;

  it('EDN with tuples, a nemesis, :info and comments', async () => {
    space.file('good.edn', EDN.replace('READ', '1'));
    space.file('bad.edn', EDN.replace('READ', '0'));
    const { code, out } = await run('good.edn', 'bad.edn', '--initial', '0', '--json');
    expect(code).toBe(1);
    expect(json(out)).toMatchObject([
      { valid: true, keyed: { chosen: true }, operations: 4, keys: { judged: 2 } },
      { valid: false, evidence: [{ name: 'stale-read', key: 'x' }] },
    ]);
  });

  it('a nil read says nothing where that is asked for', async () => {
    space.file('nil.edn', EDN.replace('READ', 'nil'));
    expect((await run('nil.edn', '--initial', '0')).code).toBe(1);
    expect((await run('nil.edn', '--initial', '0', '--nil-matches-any')).code).toBe(0);
  });

  it('its log, in which only some lines are operations', async () => {
    const log = (...lines: string[]) => lines.map((line) => `INFO  jepsen.util - ${line}\n`).join('');
    const text =
      'INFO  jepsen.core - Worker 0 starting\n' +
      log('0\t:invoke\t:write\t3', '0\t:ok\t:write\t3', ':nemesis\t:info\t:start\tnil', '1\t:invoke\t:read\tnil');
    space.file('good.log', `${text}${log('1\t:ok\t:read\t3')}`);
    space.file('bad.log', `${text}${log('1\t:ok\t:read\t0')}`);
    expect(await run('good.log', '--model', 'register', '--initial', '0')).toMatchObject({ code: 0 });
    const bad = await run('bad.log', '--model', 'register', '--initial', '0');
    expect(bad.code).toBe(1);
    // There are no times: the lines stand for them.
    expect(bad.out).toMatch(/lines +process/);
    expect(bad.out).toMatch(/2 – 3 +0 +write +3 +ok/);
  });
});

describe('bad input', () => {
  const nested = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const edn = (...operations: string[]) => operations.map((operation) => `{${operation}}\n`).join('');
  // Name, extension, content, line and message of the error.
  const REFUSED: readonly [string, string, string, number | null, RegExp][] = [
    ['a completion without invocation', 'jsonl', event(0, 'ok', 'read', 1), 1, /process 0 completes/],
    ['two operations open in one process', 'jsonl', GOOD + event(0, 'invoke', 'read', null).repeat(2), 6, /invokes/],
    ['an unknown function', 'jsonl', `\n${GOOD}\n${did(0, 'push', 1)}`, 7, /model cas-register has no function push/],
    [
      'an unknown function in EDN',
      'edn',
      '{:process 0 :type :invoke :f :read :value nil}\n;\n{:process 1\n:type :invoke :f :pop :value 1}\n',
      3,
      /no function pop/,
    ],
    ['a cas without two values', 'jsonl', `{"format":1}\n${GOOD}${did(2, 'cas', 3)}`, 6, /takes \[from, to\], not 3/],
    ['a line that is no JSON', 'jsonl', `${GOOD}what?\n${GOOD}`, 5, /the line is not JSON/],
    ['EDN cut in an operation of several lines', 'edn', '{:process 0, :type :invoke\n :f :read', 1, /no end/],
    ['EDN without a process', 'edn', edn(':type :invoke, :f :read, :value nil'), 1, /"process" is missing/],
    ['no function', 'jsonl', '{"process":0,"type":"invoke","value":1}\n', 1, /"f" is missing/],
    ['an empty file', 'jsonl', '', null, /is empty/],
    ['an empty EDN file', 'edn', ' ; nothing\n', null, /holds no operation/],
    ['a binary file', 'bin', '\u0000\u0001\u0002ELF\u0000', null, /is no history/],
    ['a binary file, so called', 'jsonl', '\u0000\u0001\u0002\n\u0000', 1, /the line is not JSON/],
    ['what no double holds', 'jsonl', did(0, 'write', 1).replaceAll(':1}', ':9007199254740993}'), 1, /too large/],
    ['deep nesting', 'jsonl', event(0, 'invoke', 'write', 0).replace(':0}', `:${nested}}`), 1, /nested deeper/],
    ['deep nesting in EDN', 'edn', edn(`:process 0, :type :invoke, :f :write, :value ${nested}`), 1, /nested/],
  ];

  it('is refused with what is wrong and where, and no file is judged by another one’s fault', async () => {
    const files = REFUSED.map(([, extension, content], i) => {
      space.file(`${i}.${extension}`, content);
      return `${i}.${extension}`;
    });
    space.file('good.jsonl', GOOD);
    const { code, out, err } = await run(...files, 'good.jsonl', '--json');
    expect(code).toBe(254);
    const lines = json(out);
    expect(lines).toHaveLength(files.length + 1);
    expect(lines.at(-1)).toMatchObject({ file: 'good.jsonl', valid: true });
    for (const [i, [name, , , line, message]] of REFUSED.entries()) {
      const told = { message: expect.stringMatching(message), file: files[i], line };
      expect(lines[i], name).toMatchObject({ file: files[i], valid: 'unknown', error: told });
      if (line !== null) expect(err, name).toContain(`${files[i]}:${line}:1: `);
    }
  });

  it.each([
    ['a text for an offset', 'log', did(0, 'append', 'x', 0) + did(0, 'read', '0', 'x'), /a\.jsonl:3:1: .*not "0"/],
    ['a text for a number', 'counter', did(0, 'add', 'one'), /a\.jsonl:1:1: .*"one"/],
  ])('%s: exit 254 in two lines', async (_, model, content, message) => {
    space.file('a.jsonl', content);
    const { code, err, out } = await run('a.jsonl', '--model', model);
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 254, out: '' });
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });

  const MENDED: readonly [string, string, string, RegExp][] = [
    [
      'EDN cut in its last line',
      'edn',
      `${edn(':process 0, :type :invoke, :f :write, :value 1')}{:proc`,
      /line 2: .* torn/,
    ],
    ['an EDN list cut', 'edn', `[${edn(':process 0, :type :invoke, :f :write, :value 1')}`, /the file was cut/],
    [
      'times that go backwards',
      'jsonl',
      event(0, 'invoke', 'write', 1, { time: 5 }) + event(0, 'ok', 'write', 1, { time: 4 }),
      /line 2: time goes backwards: the order of the lines counts/,
    ],
    [
      'a completion without a value',
      'jsonl',
      `${event(0, 'invoke', 'write', 1)}{"process":0,"type":"ok","f":"write"}\n`,
      /line 2: 'write' is ok without a value: the value that was asked for is taken/,
    ],
    [
      'a process that goes on after :info',
      'edn',
      edn(
        ':process 0, :type :invoke, :f :write, :value 1',
        ':process 0, :type :info, :f :write, :value 1',
        ':process 0, :type :invoke, :f :read, :value nil',
      ),
      /line 3: .*fresh number/,
    ],
  ];

  it('that can be read in one way only is judged, and said', async () => {
    const files = MENDED.map(([, extension, content], i) => {
      space.file(`${i}.${extension}`, content);
      return `${i}.${extension}`;
    });
    const { code, out } = await run(...files, '--json');
    expect(code).toBe(0);
    for (const [i, [name, , , warning]] of MENDED.entries()) {
      expect(json(out)[i], name).toMatchObject({ valid: true, warnings: [expect.stringMatching(warning)] });
    }
  });

  it('64-bit integers of EDN stay different ones', async () => {
    const write = (value: string) =>
      `{:process 0 :type :invoke :f :write :value ${value}}{:process 0 :type :ok :f :write :value ${value}}\n`;
    const read = (value: string) =>
      `{:process 1 :type :invoke :f :read :value nil}{:process 1 :type :ok :f :read :value ${value}}\n`;
    space.file('same.edn', write('9007199254740993') + read('9007199254740993'));
    space.file('other.edn', write('9007199254740993') + read('9007199254740992'));
    expect((await run('same.edn')).code).toBe(0);
    expect((await run('other.edn')).code).toBe(1);
  });

  it('__proto__ is a name like any other', async () => {
    const write = '{"process":0,"type":"TYPE","f":"write","key":"__proto__","value":{"__proto__":1}}\n';
    const read = '{"process":0,"type":"TYPE","f":"read","key":"__proto__","value":VALUE}\n';
    const both = (line: string) => line.replace('TYPE', 'invoke').replace('VALUE', 'null') + line.replace('TYPE', 'ok');
    space.file('good.jsonl', both(write) + both(read).replace('VALUE', '{"__proto__":1}'));
    space.file('bad.jsonl', both(write) + both(read).replace('VALUE', '{"__proto__":2}'));
    for (const model of ['register', 'multi-register']) {
      expect(await run('good.jsonl', '--model', model)).toMatchObject({ code: 0 });
      expect(await run('bad.jsonl', '--model', model)).toMatchObject({ code: 1 });
    }
    space.file('initial.jsonl', did(0, 'read', null, {}).replace('"value":{}', '"value":{"__proto__":1}'));
    expect((await run('initial.jsonl', '--model', 'multi-register', '--initial', '{"__proto__":1}')).code).toBe(0);
    expect((await run('initial.jsonl', '--model', 'multi-register', '--initial', '{"__proto__":2}')).code).toBe(1);
  });
});

describe('Ctrl-C', () => {
  it('ends a check at once, with how far it came; files that follow are not looked at', async () => {
    space.file('hard.jsonl', hard());
    space.file('good.jsonl', GOOD);
    const args = ['check', 'hard.jsonl', '--initial', '0', '--budget', '1000000000'];
    const { code, screen } = await onTerminal(args, { cwd: space.path, columns: 200, interruptAt: 'check hard.jsonl' });
    expect(code).toBe(130);
    expect(screen.join('\n')).toMatch(/Unknown: hard\.jsonl/);
    expect(screen.join('\n')).toMatch(/it was asked to stop/);
  });

  it('with --json: a line for each file', async () => {
    space.file('first.jsonl', GOOD);
    space.file('hard.jsonl', hard());
    space.file('last.jsonl', GOOD);
    const files = ['first.jsonl', 'hard.jsonl', 'last.jsonl'];
    const running = start(['check', ...files, '--initial', '0', '--budget', '1000000000', '--json'], {
      cwd: space.path,
    });
    // The line of the first file is there when the second one begins.
    let out = '';
    running.child.stdout!.on('data', (text: string) => {
      out += text;
    });
    await until(() => out.includes('first.jsonl'));
    await new Promise((done) => setTimeout(done, 300));
    running.child.kill('SIGINT');
    const finished = await running.done;
    expect(finished.code).toBe(130);
    expect(json(finished.out).map(({ file, valid }) => [file, valid])).toEqual([
      ['first.jsonl', true],
      ['hard.jsonl', 'unknown'],
      ['last.jsonl', 'unknown'],
    ]);
  });
});

const LIGHT = `import { defineModel, ILLEGAL } from 'chaosplan';
export default defineModel<boolean>({
  name: 'light',
  summary: 'A lamp that is switched on and off.',
  functions: { on: { observes: 'input' }, off: { observes: 'input' }, look: { observes: 'output', pure: true } },
  initial: () => false,
  step(state, f, _input, output) {
    if (f === 'look') return output === undefined || output === state ? state : ILLEGAL;
    return state === (f === 'on') ? ILLEGAL : !state;
  },
});
`;

describe('a model of the user’s', () => {
  const lit = did(0, 'on', null) + did(1, 'look', null, true) + did(0, 'off', null);

  it('judges like a built-in one, by flag and in a plan', async () => {
    space.file('light.ts', LIGHT);
    space.file('good.jsonl', lit);
    space.file('bad.jsonl', lit + did(1, 'look', null, true));
    expect((await run('good.jsonl', '--model', './light.ts')).code).toBe(0);
    const bad = await run('bad.jsonl', '--model', './light.ts');
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('light, 4 operations');
  });

  it('can be the model of a plan, checked again from the results', async () => {
    space.file('my-register.ts', REGISTER);
    space.file('plan.yaml', PLAN);
    const first = await chaos(['run', 'plan.yaml'], { cwd: space.path });
    expect(first.code).toBe(0);
    expect((await run('results/latest')).code).toBe(0);
    const result = JSON.parse(space.read('results/latest/result.json'));
    expect(result.checks.linearizable).toMatchObject({ valid: true, details: { model: 'my-register' } });
  });

  it('that is none is refused at its place in the plan', async () => {
    space.file('my-register.ts', REGISTER.replace("summary: 'x',", '').replace("'output'", "'nothing'"));
    space.file('plan.yaml', PLAN);
    const { code, err } = await chaos(['validate', 'plan.yaml'], { cwd: space.path });
    expect(code).toBe(254);
    expect(err).toContain('plan.yaml:6:');
    expect(err).toContain('"summary" of the model my-register must be a text');
    expect(err).toContain('"observes" of functions.read of the model my-register must be one of input, output, both');
  });

  it.each([
    ['no file', './nothing.ts', '', 'there is no file'],
    ['no default export', './m.ts', 'export const a = 1;\n', 'no default export'],
    ['another default export', './m.ts', 'export default { name: "x" };\n', 'is no model'],
    ['a syntax error', './m.ts', 'export default {{\n', 'm.ts:1:'],
    ['one that throws', './m.ts', 'throw new Error("kaput");\n', 'kaput'],
  ])('%s: exit 254', async (_, path, text, message) => {
    if (text !== '') space.file('m.ts', text);
    space.file('good.jsonl', lit);
    const { code, err } = await run('good.jsonl', '--model', path);
    expect(code).toBe(254);
    expect(err).toContain(message);
  });

  it.each([
    [
      'throws',
      LIGHT.replace("if (f === 'look')", "if (f === 'look') throw new Error('kaput');\n if (f === '')"),
      /the model light is at fault: "step" threw for the operation look null → true: kaput/,
    ],
    [
      'returns nothing',
      LIGHT.replace('return state ===', 'state ==='),
      /"step" returned undefined for the operation on null/,
    ],
    [
      'has states that look alike',
      LIGHT.replaceAll('boolean', 'unknown').replace('() => false', '() => new Map()'),
      /a state is no JSON value: it holds a Map/,
    ],
  ])('that %s is at fault: exit 254, with model, function and operation', async (_, text, message) => {
    space.file('light.ts', text);
    space.file('good.jsonl', lit);
    const { code, err } = await run('good.jsonl', '--model', './light.ts');
    expect(err).toMatch(message);
    expect(code).toBe(254);
  });
});

const REGISTER = `import { defineModel, ILLEGAL } from 'chaosplan';
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
export default defineModel<unknown>({
  name: 'my-register',
  summary: 'x',
  functions: { read: { observes: 'output', pure: true }, write: { observes: 'input' }, cas: { observes: 'input' } },
  initial: (value) => value,
  step(state, f, input, output) {
    if (f === 'read') return output === undefined || same(output, state) ? state : ILLEGAL;
    if (f === 'write') return input;
    const [from, to] = input as [unknown, unknown];
    return same(from, state) ? to : ILLEGAL;
  },
});
`;

const PLAN = `name: small
system: { use: raft, nodes: 3 }
deploy: sim
workload: { use: register, clients: 5, rate: 50/s }
timing: { load: 5s, recover: 1s }
checks: [{ linearizable: { model: ./my-register.ts } }]
`;
