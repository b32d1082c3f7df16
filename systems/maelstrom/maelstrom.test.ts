import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultCatalog } from '../../framework/catalog/catalog.js';
import { type Bench, type BenchOptions, bench } from '../../framework/deploy/local/testing/bench.js';
import { loadPlanText } from '../../framework/plan/load.js';
import maelstrom, { type MaelstromOptions } from './index.js';

const PROXY = fileURLToPath(new URL('./testing/proxy.js', import.meta.url));
const BAD = fileURLToPath(new URL('./testing/bad.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'chaos-programs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function programs(bin: string, args: readonly string[], body: (b: Bench) => Promise<void>, extra: BenchOptions = {}) {
  return bench({ system: maelstrom, systemOptions: { bin, args }, services: ['lin-kv'], ...extra }, body);
}

const alone: BenchOptions = { nodes: ['n1'] };

describe('a program that speaks the protocol', () => {
  it('is a system by naming its file', () =>
    programs(PROXY, [], async (b) => {
      const reply = await b.ask('n2', { type: 'echo', echo: { text: 'häll\u2028o' } });
      expect(reply).toMatchObject({ type: 'echo_ok', echo: { text: 'häll\u2028o' }, id: expect.any(Number) });
      await b.ask('n1', { type: 'broadcast', message: 7 });
      await b.until(async () => isDeepStrictEqual((await b.ask('n3', { type: 'read' }))?.['messages'], [7]));
    }));

  it('may be started by an interpreter on the PATH, with arguments relative to its working directory', () => {
    const systemOptions = { bin: 'node', args: [`./${basename(PROXY)}`], cwd: dirname(PROXY) };
    return programs(
      '',
      [],
      async (b) => {
        expect(await b.ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ type: 'echo_ok', echo: 1 });
      },
      { systemOptions },
    );
  });

  it('may call services, through which its nodes agree', () =>
    programs(PROXY, [], async (b) => {
      expect(await b.ask('n1', { type: 'read', key: 'x' })).toMatchObject({ type: 'error', code: 20 });
      expect(await b.ask('n1', { type: 'write', key: 'x', value: 1 })).toMatchObject({ type: 'write_ok' });
      expect(await b.ask('n2', { type: 'cas', key: 'x', from: 1, to: 2 })).toMatchObject({ type: 'cas_ok' });
      expect(await b.ask('n3', { type: 'read', key: 'x' })).toMatchObject({ type: 'read_ok', value: 2 });
    }));

  it('may pass a request on in the name of the client, over its own link', () =>
    programs(PROXY, [], async (b) => {
      const request = { type: 'ask-other', other: 'n2', echo: 7 };
      expect(await b.ask('n1', { ...request })).toMatchObject({ type: 'echo_ok', echo: 7 });
      expect(b.events.filter(({ kind }) => kind === 'protocol-error')).toEqual([]);
      const cut = await b.cluster.faults.cut([['n1', 'n2']]);
      expect(await b.ask('n1', { ...request }, 300)).toBe(null);
      await cut.heal();
    }));

  it('is killed, paused and cut off like any node', () =>
    programs(PROXY, [], async (b) => {
      const { faults } = b.cluster;
      const cut = await faults.cut([
        ['n1', 'n2'],
        ['n1', 'n3'],
      ]);
      await b.ask('n1', { type: 'broadcast', message: 1 });
      const kill = await faults.kill(['n2']);
      const pause = await faults.pause(['n3']);
      expect(b.cluster.isDown('n2') && b.cluster.isDown('n3')).toBe(true);
      await kill.heal();
      await pause.heal();
      expect(await b.ask('n2', { type: 'read' })).toMatchObject({ messages: [] });
      expect(await b.ask('n3', { type: 'read' })).toMatchObject({ messages: [] });
      await cut.heal();
      await expect(faults.clock(['n1'], { offset: 5 })).rejects.toMatchObject({ code: 'unsupported-fault' });
      await expect(faults.disk(['n1'], { kind: 'full' })).rejects.toMatchObject({ code: 'unsupported-fault' });
    }));
});

describe('a program that fails', () => {
  it.each([
    ['exits-early', /n1 exited with code 7; its last lines:\n {2}cannot find my configuration/],
    ['refuses-init', /n1 answered init with .*not today/],
    ['never-answers', /n1 sent no init_ok within 10 s; its log is empty/],
  ])('before it is ready (%s) ends the start with its last log lines', (manner, message) =>
    programs(
      BAD,
      [manner],
      async (b) => {
        await expect(b.cluster.start()).rejects.toMatchObject({
          kind: 'environment',
          message: expect.stringMatching(message),
        });
      },
      { ...alone, idle: true, haste: 20 },
    ),
  );

  it('prints lines that are no messages: each is recorded, the node lives on', () =>
    programs(
      BAD,
      ['malformed'],
      async (b) => {
        b.cluster.request('c0', 'n1', { type: 'echo' }, () => {});
        await b.until(() => b.events.filter((event) => event.kind === 'protocol-error').length === 6);
        const errors = b.events.filter((event) => event.kind === 'protocol-error');
        expect(errors.map(({ detail }) => detail)).toEqual([
          'a line on stdout is not JSON',
          'a line on stdout is empty',
          expect.stringMatching(/^a line on stdout holds several messages: .* a lock$/),
          'a line on stdout is not a JSON object',
          'a message has no dest',
          'src is n9, which is nobody here; it should be n1',
        ]);
        expect(errors[0]?.lines).toEqual(['Traceback: ouch']);
        expect(b.cluster.isDown('n1')).toBe(false);
      },
      alone,
    ));

  it('crashes later: an exit that no fault caused, with the last lines', () =>
    programs(
      BAD,
      ['crashes'],
      async (b) => {
        b.cluster.request('c0', 'n1', { type: 'echo' }, () => {});
        await b.until(() => b.cluster.isDown('n1'));
        const exit = b.events.find((event) => event.kind === 'exit');
        expect(exit).toMatchObject({ fault: false, detail: 'exited with code 1' });
        expect(exit?.kind === 'exit' && exit.lines.join('\n')).toContain('kaput');
      },
      alone,
    ));
});

describe('a program that cannot be started', () => {
  const file = (name: string, content: string, mode: number) => {
    const path = join(scratch, name);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  symlinkSync('/nowhere', join(scratch, 'dangling'));

  it.each([
    ['missing', () => join(scratch, 'none.py'), /none\.py does not exist/, /relative to the file it is written in/],
    [
      'a command line',
      () => `${PROXY} --fast`,
      /does not exist/,
      /arguments stand apart, as in bin: python3 with args/,
    ],
    [
      'a command line by name',
      () => 'node --version',
      /on the PATH/,
      /arguments stand apart, as in bin: python3 with args/,
    ],
    ['a dangling link', () => join(scratch, 'dangling'), /does not exist/, /path/],
    ['a folder', () => scratch, /is a folder/, /inside/],
    [
      'not executable',
      () => file('a.py', '#!/usr/bin/env python3\n', 0o644),
      /is not executable/,
      /chmod \+x .*python3/,
    ],
    ['a script without #!', () => file('b.js', 'x', 0o755), /has no #! line/, /usr\/bin\/env node/],
    [
      'for an interpreter that is not there',
      () => file('c.py', '#!/no/python\n', 0o755),
      /the #! line of .*c\.py names \/no\/python, which does not exist/,
      /bin: python3 with args: \[.*c\.py\]/,
    ],
    ['written on Windows', () => file('crlf', '#!/bin/sh\r\necho\r\n', 0o755), /end as on Windows \(CRLF\)/, /LF/],
    [
      'for an interpreter that is not on the PATH',
      () => file('d.js', '#!/usr/bin/env -S no-such-deno run\n', 0o755),
      /names no-such-deno, which is not on the PATH/,
      /Install it, or use bin: node/,
    ],
    ['nowhere on the PATH', () => 'no-such-program', /no program no-such-program on the PATH/, /Install/],
    ['in the folder but not on the PATH', () => 'package.json', /PATH/, /\.\/package\.json/],
  ])('because it is %s: the message names it and the remedy', (_, make, message, hint) =>
    programs(
      make(),
      [],
      async (b) => {
        await expect(b.cluster.start()).rejects.toMatchObject({
          kind: 'environment',
          message: expect.stringMatching(message),
          hint: expect.stringMatching(hint),
        });
      },
      { ...alone, idle: true },
    ),
  );
});

it.each([
  ['does not exist', () => join(scratch, 'none')],
  ['is no folder', () => PROXY],
])('a working directory that %s is named, not the program', (problem, cwd) =>
  programs(
    '',
    [],
    async (b) => {
      await expect(b.cluster.start()).rejects.toMatchObject({ message: `the working directory ${cwd()} ${problem}` });
    },
    { ...alone, idle: true, systemOptions: { bin: 'node', args: [], cwd: cwd() } },
  ),
);

describe('a plan for it', () => {
  const load = (options: string) =>
    loadPlanText(`name: mine\nsystem: { use: maelstrom, with: ${options} }\nworkload: echo\n`, '/plans/mine.yaml', {
      catalog: defaultCatalog(),
      variables: {},
      set: [],
    });

  it('names the program from its own folder, which is the working directory of the nodes', async () => {
    const [plan] = await load('{ bin: ./node.py, args: [-v, ./x] }');
    expect(maelstrom.program?.(plan?.system.options as unknown as MaelstromOptions)).toEqual({
      command: '/plans/node.py',
      args: ['-v', './x'],
      cwd: '/plans',
    });
  });

  it('must name a program', async () => {
    await expect(load('{ args: [] }')).rejects.toMatchObject({
      diagnostics: [
        { line: 2, message: 'system maelstrom needs the option "bin"', hint: expect.stringMatching(/node\.py/) },
      ],
    });
  });
});
