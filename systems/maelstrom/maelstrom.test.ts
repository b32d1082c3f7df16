import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, type BenchOptions, bench } from '../../framework/deploy/local/testing/bench.js';
import maelstrom from './index.js';

const PROXY = fileURLToPath(new URL('./testing/proxy.js', import.meta.url));
const BAD = fileURLToPath(new URL('./testing/bad.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'chaos-programs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function programs(bin: string, args: readonly string[], body: (b: Bench) => Promise<void>, extra: BenchOptions = {}) {
  return bench({ system: maelstrom, systemOptions: { bin, args }, services: ['lin-kv'], ...extra }, body);
}

const alone: BenchOptions = { nodes: ['n1'] };

describe('a program that speaks the protocol', () => {
  it('is a system by naming its file, from the working directory', () =>
    programs(`./${relative(process.cwd(), PROXY)}`, [], async (b) => {
      const reply = await b.ask('n2', { type: 'echo', echo: { text: 'häll\u2028o' } });
      expect(reply).toMatchObject({ type: 'echo_ok', echo: { text: 'häll\u2028o' }, id: expect.any(Number) });
      await b.ask('n1', { type: 'broadcast', message: 7 });
      await b.until(async () => isDeepStrictEqual((await b.ask('n3', { type: 'read' }))?.['messages'], [7]));
    }));

  it('may be started by an interpreter on the PATH', () =>
    programs('node', [PROXY], async (b) => {
      expect(await b.ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ type: 'echo_ok', echo: 1 });
    }));

  it('may call services, through which its nodes agree', () =>
    programs(PROXY, [], async (b) => {
      expect(await b.ask('n1', { type: 'read', key: 'x' })).toMatchObject({ type: 'error', code: 20 });
      expect(await b.ask('n1', { type: 'write', key: 'x', value: 1 })).toMatchObject({ type: 'write_ok' });
      expect(await b.ask('n2', { type: 'cas', key: 'x', from: 1, to: 2 })).toMatchObject({ type: 'cas_ok' });
      expect(await b.ask('n3', { type: 'read', key: 'x' })).toMatchObject({ type: 'read_ok', value: 2 });
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
        await b.until(() => b.events.filter((event) => event.kind === 'protocol-error').length === 4);
        const errors = b.events.filter((event) => event.kind === 'protocol-error');
        expect(errors.map(({ detail }) => detail)).toEqual([
          'a line on stdout is not JSON',
          'a line on stdout is not a JSON object',
          'a message has no dest',
          'src is n2, not n1',
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
    ['missing', () => join(scratch, 'none.py'), /none\.py does not exist/, /working directory/],
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
      /cannot start .*ENOENT/,
      /interpreter/,
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

it('a relative bin is resolved against the working directory, a bare name is left to the PATH', () => {
  expect(maelstrom.program?.({ bin: './node.py', args: ['x'] })).toEqual({
    command: join(process.cwd(), 'node.py'),
    args: ['x'],
  });
  expect(maelstrom.program?.({ bin: 'python3', args: [] })).toEqual({ command: 'python3', args: [] });
  expect(maelstrom.validate?.({ bin: '', args: [] }, 3)).toEqual([expect.stringContaining('bin is missing')]);
});
