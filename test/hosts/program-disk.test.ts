// The nemesis disk and a program in Python on the hosts of a lab: whether a store syncs what it acknowledges, judged by its history.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, run } from '../../framework/index.js';
import { hasLazyfs } from './support/lazyfs.js';

const STORE = join(import.meta.dirname, '../../plans/command');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'x5-plans-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** `how` of server.py, and the lines of its nemeses. */
async function outcomeOf(how: string, nemesis: string, more = ''): Promise<RunOutcome> {
  const file = join(folder, `${how}.yaml`);
  writeFileSync(
    file,
    `
name: ${how}
system:
  use: command
  nodes: 3
  with:
    files: [${STORE}/server.py]
    start: [python3, "\${node.files}/server.py", "\${node.address}", "\${node.port}", "\${nodes.first:%a:%p}", "\${node.data}", ${how}]
    ready: |
      python3 -c 'import os, socket; socket.create_connection((os.environ["NODE_ADDRESS"], os.environ["NODE_PORT"]))'
    client: ${STORE}/client.py
deploy: lab
workload: { use: register, clients: 6, rate: 60/s }
nemeses:
  - ${nemesis}
timing: { load: 15s, recover: 4s }
${more}
`,
  );
  const [outcome] = await run(file, { results: join(folder, 'results') });
  return outcome!;
}

interface Recorded {
  /** Those that were acknowledged, in milliseconds of the run. */
  writes: { begun: number; done: number }[];
  /** When the disk was slow. */
  slow: [from: number, to: number];
}

/** What the history in a folder of results says. */
function recorded(results: string): Recorded {
  const begun = new Map<unknown, number>();
  const found: Recorded = { writes: [], slow: [0, 0] };
  for (const line of readFileSync(join(results, 'history.jsonl'), 'utf8').trim().split('\n').slice(1)) {
    const { process, type, f, time, value } = JSON.parse(line);
    if (f === 'disk' && value.phase === 'inject') found.slow[0] = value.effective / 1e6;
    else if (f === 'disk') found.slow[1] = value.requested / 1e6;
    else if (f === 'write' && type === 'invoke') begun.set(process, time / 1e6);
    else if (f === 'write' && type === 'ok') found.writes.push({ begun: begun.get(process)!, done: time / 1e6 });
  }
  return found;
}

const DELAY = 100;
const LOSE = '{ use: disk, targets: [n1], every: 5s, for: 1s, with: { kinds: [lose-unsynced] } }';

describe('a store in a lab', () => {
  it('answers later while its disk is slow, and is no other for it', async () => {
    const slow = `{ use: disk, targets: [n1], at: [3s], for: 4s, with: { kinds: [slow], delay: ${DELAY}ms } }`;
    const { result, folder: at } = await outcomeOf('careful', slow);
    expect(result.verdict).toMatch(/^Valid/);
    const {
      writes,
      slow: [from, to],
    } = recorded(at!);
    const during = writes.filter(({ begun, done }) => begun > from && done < to);
    const after = writes.filter(({ begun }) => begun > to + 1000);
    expect(Math.min(during.length, after.length)).toBeGreaterThan(5);
    expect(Math.min(...during.map(({ begun, done }) => done - begun))).toBeGreaterThan(DELAY);
    expect(Math.min(...after.map(({ begun, done }) => done - begun))).toBeLessThan(DELAY / 2);
  });

  if (hasLazyfs()) {
    it('loses nothing of what it had synced, with the power, also when its host is turned off', async () => {
      const off = '{ use: power, targets: [n1], at: [7s], for: 1s }';
      const { result, events } = await outcomeOf('careful', `${LOSE}\n  - ${off}`);
      expect(events.filter(({ kind }) => kind === 'note')).toEqual([]);
      expect(result.verdict).toMatch(/^Valid/);
    });

    it('loses what it had only written, with the power', async () => {
      const { result, error } = await outcomeOf('hasty', LOSE, 'expect: { anomalies: [stale-read], others: allow }');
      expect(error).toBeUndefined();
      expect(result.verdict).toMatch(/^Invalid/);
      expect(result.exitCode).toBe(0);
    });
  } else {
    it('is not started where nobody could take away what it has not synced', async () => {
      const { result, error } = await outcomeOf('careful', LOSE);
      expect(result.status).toBe('failed');
      expect(error).toMatchObject({ code: 'preflight', message: expect.stringContaining('CHAOS_LAZYFS') });
    });
  }

  it('loses nothing that it had only written when it is killed', async () => {
    const { result } = await outcomeOf('hasty', '{ use: kill, targets: [n1], every: 5s, for: 1s }');
    expect(result.verdict).toMatch(/^Valid/);
  });
});
