import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { entryPoint } from '../entry.js';
import { NODE_EXIT } from '../process/exit-codes.js';
import { FileLog } from '../process/log-file.js';
import { logPath } from '../process/log-folder.js';
import { formatArguments, parseArguments } from './arguments.js';

const scratch = mkdtempSync(join(tmpdir(), 'chaos-node-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const module = join(scratch, 'counter.mjs');
writeFileSync(
  module,
  `export default { [Symbol.for('chaosplan.kind')]: 'system', name: 'counter', nodes: (env, options) => {
     let count = env.log.recover().records.length;
     return {
       start() { env.print('count is ' + count + ', step ' + options.step); },
       timeout() {},
       receive(message) {
         if (message.body.type === 'throw') throw new Error('kaput');
         env.log.append(++count);
         env.reply(message, { type: 'add_ok', count });
       },
     };
   } };`,
);

const line = (body: unknown) => `${JSON.stringify({ src: 'c1', dest: 'n1', body })}\n`;
const INIT = line({ type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] });

function run(args: readonly string[], input: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entryPoint('framework/node/stdio/main'), ...args], {
    input,
    encoding: 'utf8',
  });
  return {
    status,
    stderr,
    replies: stdout
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text).body as unknown),
  };
}

const args = (data: string | null) =>
  formatArguments({
    source: { kind: 'path', path: module },
    options: { step: 2 },
    data,
    seed: 1,
    origin: null,
    parent: false,
  });

describe("a node's process", () => {
  it('serves until its input ends, and remembers', () => {
    const data = join(scratch, 'data');
    const add = line({ type: 'add', msg_id: 2 });
    expect(run(args(data), INIT + add + add)).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^\d+\.\d{6} count is 0, step 2\n$/),
      replies: [{ type: 'init_ok' }, { type: 'add_ok', count: 1 }, { type: 'add_ok', count: 2 }],
    });
    expect(run(args(data), INIT + add).replies).toContainEqual({ type: 'add_ok', count: 3, in_reply_to: 2 });
    expect(run(args(null), INIT + add).replies).toContainEqual({ type: 'add_ok', count: 1, in_reply_to: 2 });
  });

  it('ends with a code that says why', () => {
    const data = join(scratch, 'damaged');
    const log = new FileLog(data);
    log.append('', 'record');
    log.flush();
    log.sync();
    log.close();
    const bytes = readFileSync(logPath(data));
    bytes[36]! ^= 4;
    writeFileSync(logPath(data), bytes);
    const corrupt = run(args(data), INIT);
    expect(corrupt).toMatchObject({ status: NODE_EXIT.corrupt, replies: [] });
    expect(corrupt.stderr).toBe('corrupt log: the record at byte 16 fails its checksum; refusing to serve it\n');
    const threw = run(args(null), INIT + line({ type: 'throw' }));
    expect(threw).toMatchObject({ status: NODE_EXIT.threw, stderr: expect.stringContaining('Error: kaput') });
    const missing = run(['--module', join(scratch, 'none.mjs')], INIT);
    expect(missing).toMatchObject({ status: NODE_EXIT.unusable, stderr: expect.stringContaining('none.mjs') });
    expect(run(['--system'], INIT)).toMatchObject({ status: NODE_EXIT.unusable });
  });

  it('takes back the arguments that its parent formats', () => {
    for (const parent of [true, false]) {
      const all = {
        source: { kind: 'builtin', name: 'raft' } as const,
        options: { text: '--data "x"', deep: { list: [1] } },
        data: '/a b/c',
        seed: 2 ** 40,
        origin: 12345678901234567890n,
        parent,
      };
      expect(parseArguments(formatArguments(all))).toEqual(all);
    }
    expect(() => parseArguments(['--system', 'raft', '--module', 'x'])).toThrow('--system NAME or --module PATH');
  });
});
