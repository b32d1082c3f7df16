// Nodes that are no part of the project, in Python and JavaScript, are systems by naming their file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chaos, ROOT, Workspace } from './support/chaos.js';

let space: Workspace;
beforeEach(() => {
  space = new Workspace();
});
afterEach(() => space.remove());

const NODES = join(ROOT, 'test/nodes');

async function run(workload: string, bin: string, args: readonly string[] = [], more = '') {
  space.file(
    'plan.yaml',
    `name: plan
system: { use: maelstrom, nodes: 3, with: { bin: ${JSON.stringify(bin)}, args: ${JSON.stringify(args)} } }
deploy: local
workload: { use: ${workload}, clients: 6, rate: ${workload === 'lin-kv' ? 1000 : 200}/s }
timing: { load: 1500ms, recover: 500ms, op-timeout: 500ms }
${more}`,
  );
  const finished = await chaos(['run', 'plan.yaml', '--quiet'], { cwd: space.path });
  return { ...finished, result: () => JSON.parse(readFileSync(join(space.run('plan'), 'result.json'), 'utf8')) };
}

describe('a node in Python', () => {
  it.each(['echo', 'unique-ids', 'broadcast', 'g-set', 'g-counter', 'pn-counter'])('passes %s', async (workload) => {
    const { code, out, err } = await run(workload, join(NODES, 'crdt.py'));
    expect(code, out + err).toBe(0);
  });

  it('leaves its log in the results', async () => {
    await run('echo', join(NODES, 'crdt.py'));
    expect(readFileSync(join(space.run('plan'), 'nodes/n2/node.log'), 'utf8')).toBe('a node in Python\n');
  });
});

describe('chaos verify of a node in Python', () => {
  it.each([
    ['g-set', /pass {2}nothing is forgotten/],
    ['unique-ids', /pass {2}nothing is forgotten/],
  ])('gives %s time to spread, and needs no log', async (workload, remembered) => {
    const bin = `system.with.bin=${join(NODES, 'crdt.py')}`;
    const { code, out } = await chaos(['verify', 'maelstrom', '--workload', workload, '--set', bin], {
      cwd: space.path,
    });
    expect(code, out).toBe(0);
    expect(out).toMatch(/pass {2}history is valid/);
    expect(out).toMatch(remembered);
  });

  it('says what a node forgets when it is killed, without refusing it', async () => {
    const bin = space.file(
      'counting.js',
      `#!/usr/bin/env node
let next = 0;
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { src, dest, body } = JSON.parse(line);
  console.log(JSON.stringify({ src: dest, dest: src, body: { type: body.type + '_ok', in_reply_to: body.msg_id, id: dest + '-' + next++ } }));
});
`,
      0o755,
    );
    const args = [
      'verify',
      'maelstrom',
      '--workload',
      'unique-ids',
      '--set',
      `system.with.bin=${bin}`,
      '--set',
      'timing.recover=1s',
    ];
    const { code, out } = await chaos(args, { cwd: space.path });
    expect(code, out).toBe(0);
    expect(out).toMatch(/skip {2}logs: no node has logged anything/);
    expect(out).toMatch(/skip {2}nothing is forgotten: plans that kill nodes will find: duplicate-id/);
  });
});

describe('a node in JavaScript', () => {
  it('passes lin-kv by way of the service, under partitions, kills and pauses', async () => {
    const { code, out, err } = await run(
      'lin-kv',
      join(NODES, 'proxy.js'),
      [],
      `nemeses:
  - { use: partition, at: [100ms], for: 300ms }
  - { use: kill, targets: one, at: [500ms], for: 200ms }
  - { use: pause, targets: one, at: [900ms], for: 300ms }
`,
    );
    expect(code, out + err).toBe(0);
  });

  it('is caught when it answers reads from a cache', async () => {
    const { code, result } = await run('lin-kv', join(NODES, 'proxy.js'), ['cached']);
    expect(code).toBe(1);
    expect(result().valid).toBe(false);
  });
});

describe('a node that cannot be used', () => {
  it('ends the run with 255 and its last log lines', async () => {
    const bin = space.file(
      'early.js',
      '#!/usr/bin/env node\nconsole.error("no licence found"); process.exit(4);\n',
      0o755,
    );
    const { code, out, err } = await run('echo', bin);
    expect(code).toBe(255);
    expect(out + err).toContain('no licence found');
  });

  it('is named with the remedy when it is not executable', async () => {
    const bin = space.file('node.py', '#!/usr/bin/env python3\n', 0o644);
    const { code, out, err } = await run('echo', bin);
    expect(code).toBe(255);
    expect(out + err).toContain(`chmod +x ${bin}`);
  });

  it('is told its neighbours again when it starts anew: it does not crash for want of them', async () => {
    const bin = space.file(
      'neighbours.js',
      `#!/usr/bin/env node
let peers;
process.stdin.on('data', (chunk) => {
  for (const line of String(chunk).trim().split('\\n')) {
    const { src, dest, body } = JSON.parse(line);
    if (body.type === 'topology') peers = body.topology[dest];
    const messages = body.type === 'read' && peers.length > 0 ? [] : undefined;
    console.log(JSON.stringify({ src: dest, dest: src, body: { type: body.type + '_ok', in_reply_to: body.msg_id, messages } }));
  }
});
`,
      0o755,
    );
    const more = 'nemeses: [{ use: kill, targets: one, at: [100ms, 700ms], for: 200ms }]\n';
    const { result } = await run('broadcast', bin, [], more);
    const found = new Set((result().anomalies as { name: string }[]).map(({ name }) => name));
    expect([...found]).toEqual(['lost-message']);
    expect(result().nodes).toEqual(['n0', 'n1', 'n2']);
  });

  it('is invalid when it crashes or prints what is no message; the history is kept', async () => {
    const bin = space.file(
      'crash.js',
      `#!/usr/bin/env node
process.stdin.on('data', (chunk) => {
  for (const line of String(chunk).trim().split('\\n')) {
    const { src, dest, body } = JSON.parse(line);
    if (body.type === 'init') console.log(JSON.stringify({ src: dest, dest: src, body: { type: 'init_ok', in_reply_to: 1 } }));
    else if (dest === 'n1') process.exit(9);
    else console.log('debug: got ' + body.type);
  }
});
`,
      0o755,
    );
    const { code, result } = await run('echo', bin);
    expect(code).toBe(1);
    const found = new Set((result().anomalies as { name: string }[]).map(({ name }) => name));
    expect(found).toContain('node-crash');
    expect(found).toContain('protocol-error');
    expect(readFileSync(join(space.run('plan'), 'history.jsonl'), 'utf8')).toContain('"type":"invoke"');
  });
});
