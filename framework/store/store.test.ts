// Results folders: made, linked, written whole, read again, and clear words for what cannot be.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeEvent } from '../contracts/cluster.js';
import { ChaosError } from '../contracts/error.js';
import type { Exhibit } from '../contracts/exhibit.js';
import type { RunResult } from '../contracts/result.js';
import { EventLog, readEvents } from './events.js';
import { withExhibits } from './exhibit-file.js';
import { folderName, parseRunName, runName } from './names.js';
import { findRun, listRuns } from './runs.js';
import { createRunFolder, nodeLog, readResult, writeResult } from './store.js';

const STARTED = new Date('2026-01-02T03:04:05.678Z');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chaos-store-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function errorOf(action: () => unknown): ChaosError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof ChaosError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

function result(fields: Partial<RunResult> = {}): RunResult {
  return {
    format: 1,
    version: '1.0.0',
    status: 'completed',
    valid: true,
    verdict: 'everything was linearizable',
    expect: 'valid',
    expectationMet: true,
    exitCode: 0,
    plan: { name: 'a plan', id: 'plan', file: null, cell: null },
    system: { name: 'raft', options: {} },
    workload: { name: 'register', options: {} },
    deployment: 'sim',
    nodes: ['n1'],
    clients: 1,
    seed: 42,
    rate: { asked: null, achieved: 1 },
    anomalies: [],
    checks: {},
    coverage: { operations: {}, faults: [], readsAfterHeal: 1, missing: [] },
    times: { started: STARTED.toISOString(), duration: 1, wall: 1 },
    repeat: 'chaos run plan.yaml --seed 42',
    ...fields,
  };
}

describe('names', () => {
  it('say when and which seed, and are read again', () => {
    expect(runName(STARTED, 42)).toBe('20260102T030405Z-42');
    expect(parseRunName('20260102T030405Z-42-3')).toEqual({
      started: '2026-01-02T03:04:05.000Z',
      seed: 42,
      ordinal: 3,
    });
    expect(parseRunName('20260102T030405Z--7')).toEqual({ started: '2026-01-02T03:04:05.000Z', seed: -7, ordinal: 1 });
    expect(parseRunName('latest')).toBeNull();
  });

  it.each([
    ['raft', 'raft'],
    ['raft@reads=lease', 'raft@reads=lease'],
    ['../../etc/passwd', '_-..-etc-passwd'],
    ['..', '_'],
    ['', '_'],
    ['latest', '_latest'],
    ['a b/c\0d\n', 'a-b-c-d-'],
    ['größe', 'größe'],
  ])('%j becomes the folder %j', (name, folder) => {
    expect(folderName(name)).toBe(folder);
  });
});

it('long names stay different and short enough for any file system', () => {
  const names = ['a', 'b'].map((end) => folderName(`${'漢'.repeat(300)}${end}`));
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
});

describe('a run folder', () => {
  it('is new for every run, and latest points to the newest', () => {
    const names = [1, 2, 3].map(() => createRunFolder(root, 'raft', 7, STARTED).path);
    const base = join(root, 'raft', '20260102T030405Z-7');
    expect(names).toEqual([base, `${base}-2`, `${base}-3`]);
    expect(readlinkSync(join(root, 'latest'))).toBe('raft/20260102T030405Z-7-3');
    expect(readlinkSync(join(root, 'raft/latest'))).toBe('20260102T030405Z-7-3');
    expect(readdirSync(root).sort()).toEqual(['latest', 'raft']);
  });

  it('does without links where they cannot be made', () => {
    mkdirSync(join(root, 'latest/full'), { recursive: true });
    const folder = createRunFolder(root, 'raft', 7, STARTED);
    expect(existsSync(folder.path)).toBe(true);
    expect(readdirSync(root).sort()).toEqual(['latest', 'raft']);
  });

  it('keeps nodes inside', () => {
    const folder = createRunFolder(root, 'raft', 7, STARTED);
    expect(folder.nodeFolder('n1')).toBe(join(folder.path, 'nodes/n1'));
    expect(folder.nodeFolder('../../x').startsWith(join(folder.path, 'nodes/'))).toBe(true);
    expect(folder.nodeFolder('../../x')).not.toContain('/..');
  });

  it('says what is in the way', () => {
    writeFileSync(join(root, 'file'), '');
    const error = errorOf(() => createRunFolder(join(root, 'file'), 'raft', 7, STARTED));
    expect(error.code).toBe('results-not-writable');
    expect(error.message).toContain(join(root, 'file'));
    expect(error.hint).toContain('A file is in the way');
  });

  it('replaces files whole and leaves nothing else behind', () => {
    const folder = createRunFolder(root, 'raft', 7, STARTED);
    folder.write('plan.yaml', 'name: a\n');
    folder.write('plan.yaml', 'name: b\n');
    expect(readFileSync(folder.file('plan.yaml'), 'utf8')).toBe('name: b\n');
    mkdirSync(folder.file('taken/x'), { recursive: true });
    expect(errorOf(() => folder.write('taken', 'text')).code).toBe('results-not-writable');
    expect(readdirSync(folder.path).sort()).toEqual(['nodes', 'plan.yaml', 'taken']);
  });
});

describe('the result', () => {
  it('is read as it was written', () => {
    const { path } = createRunFolder(root, 'raft', 7, STARTED);
    const written = result({
      anomalies: [{ name: 'stale-read', message: 'é', checker: 'linearizable', operations: [1] }],
    });
    writeResult(path, written);
    expect(readResult(path)).toEqual(written);
  });

  it('has what checks show beside it, in a file of its own', () => {
    const { path } = createRunFolder(root, 'raft', 7, STARTED);
    const exhibits: Exhibit[] = [{ kind: 'table', title: 't', columns: [{ title: 'x' }], rows: [['é']] }];
    const checks = { a: { valid: true, anomalies: [], exhibits }, b: { valid: true, anomalies: [] } } as const;
    const written = result({
      checks: { ...checks, a: { ...checks.a, anomalies: [] }, b: { ...checks.b, anomalies: [] } },
    });
    writeResult(path, written);
    const bare = readResult(path);
    expect(bare.checks['a']).toEqual({ valid: true, anomalies: [] });
    const file = join(path, 'exhibits.json');
    expect(withExhibits(bare, file)).toEqual(written);

    const notices: string[] = [];
    writeFileSync(file, '{"format":1,"checks":{"a":[{"kind":"pie"}');
    expect(withExhibits(bare, file, (notice) => notices.push(notice))).toEqual(bare);
    writeFileSync(file, '{"format":2}');
    expect(withExhibits(bare, file, (notice) => notices.push(notice))).toEqual(bare);
    expect(notices).toEqual([
      expect.stringMatching(/^exhibits.json cannot be shown: .*JSON.* \(npx chaos check makes it again\)$/),
      'exhibits.json cannot be shown: it is of another version, or damaged (npx chaos check makes it again)',
    ]);
    writeFileSync(file, '{"format":1,"checks":{"a":[{"kind":"pie"}],"c":7}}');
    expect(withExhibits(bare, file)).toEqual(bare);

    writeResult(path, bare);
    expect(existsSync(file)).toBe(false);
    expect(withExhibits(bare, file, (notice) => notices.push(notice))).toEqual(bare);
    expect(notices).toHaveLength(2);
  });

  it.each([
    ['', 'result-broken', /JSON/],
    ['{"format":1,"status":', 'result-broken', /JSON/],
    ['null', 'result-broken', /object is expected/],
    ['{"format":1}', 'result-broken', /"status" is missing/],
    ['{"format":9}', 'result-format', /unknown format 9/],
    [JSON.stringify({ ...result(), anomalies: 3 }), 'result-broken', /"anomalies" is no list/],
  ])('%j is refused', (text, code, message) => {
    writeFileSync(join(root, 'result.json'), text);
    const error = errorOf(() => readResult(root));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('is missing when the run did not end', () => {
    const error = errorOf(() => readResult(root));
    expect(error.code).toBe('result-missing');
    expect(error.hint).toContain('chaos check');
  });
});

describe('events of nodes', () => {
  const events: NodeEvent[] = [
    { time: 0, node: 'n1', kind: 'start' },
    { time: 5, node: 'n1', kind: 'report', state: { role: 'leader', term: 1, leader: 'n1' } },
    { time: 9, node: 'n2', kind: 'exit', fault: false, detail: 'exit code 1', lines: ['é', 'panic'] },
  ];

  it('are read as they were written, a torn last line left out', () => {
    const folder = createRunFolder(root, 'raft', 7, STARTED);
    const log = new EventLog(folder.file('events.jsonl'));
    for (const event of events) log.write(event);
    log.close();
    log.close();
    expect(readEvents(folder.path)).toEqual(events);
    const text = readFileSync(folder.file('events.jsonl'), 'utf8');
    expect(text.split('\n')[0]).toBe('{"format":1}');
    writeFileSync(folder.file('events.jsonl'), text.slice(0, -20));
    expect(readEvents(folder.path)).toEqual(events.slice(0, 2));
  });

  it('are on disk after a flush', () => {
    const folder = createRunFolder(root, 'raft', 7, STARTED);
    const log = new EventLog(folder.file('events.jsonl'));
    log.write(events[0]!);
    expect(readEvents(folder.path)).toEqual([]);
    log.flush();
    expect(readEvents(folder.path)).toEqual(events.slice(0, 1));
    log.close();
  });

  it('none without the file, and a clear word for garbage in the middle', () => {
    expect(readEvents(root)).toEqual([]);
    writeFileSync(join(root, 'events.jsonl'), '{"format":1}\ngarbage\n{"time":1,"node":"n1","kind":"start"}\n');
    const error = errorOf(() => readEvents(root));
    expect(error).toMatchObject({ code: 'events-malformed', location: { line: 2 } });
  });

  it('a full disk is an error once', () => {
    const log = new EventLog('/dev/full');
    log.write(events[0]!);
    expect(errorOf(() => log.flush()).code).toBe('events-write-failed');
    log.write(events[1]!);
    log.close();
    expect(errorOf(() => new EventLog(join(root, 'none/events.jsonl'))).code).toBe('events-write-failed');
  });
});

describe('logs of nodes', () => {
  it('are read line by line, in the order of their names', () => {
    const folder = createRunFolder(root, 'raft', 7, STARTED);
    mkdirSync(folder.nodeFolder('n1'), { recursive: true });
    writeFileSync(join(folder.nodeFolder('n1'), 'node.log'), 'one\r\ntwo é\n\nlast without end');
    writeFileSync(join(folder.nodeFolder('n1'), 'b.log'), 'before\n');
    writeFileSync(join(folder.nodeFolder('n1'), 'data.bin'), 'no log\n');
    expect([...nodeLog(folder.path, 'n1')]).toEqual(['before', 'one', 'two é', '', 'last without end']);
    expect([...nodeLog(folder.path, 'n2')]).toEqual([]);
  });

  it('come in pieces where a line has no end, and may be left early', () => {
    const folder = createRunFolder(root, 'raft', 7, STARTED);
    mkdirSync(folder.nodeFolder('n1'), { recursive: true });
    writeFileSync(join(folder.nodeFolder('n1'), 'node.log'), `${'é'.repeat(3_000_000)}\nnext\n`);
    const lines = [...nodeLog(folder.path, 'n1')];
    expect(lines.join('')).toBe(`${'é'.repeat(3_000_000)}next`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(1 << 20);
    for (const line of nodeLog(folder.path, 'n1')) {
      expect(line[0]).toBe('é');
      break;
    }
  });
});

describe('all results', () => {
  const later = new Date(STARTED.getTime() + 60_000);

  function run(plan: string, seed: number, started: Date, written?: RunResult): string {
    const { path } = createRunFolder(root, plan, seed, started);
    if (written !== undefined) writeResult(path, written);
    return path;
  }

  it('are listed newest first, broken ones too', () => {
    const first = run('raft', 1, STARTED, result());
    const second = run('raft', 1, STARTED);
    const third = run('abd', 2, later, result({ valid: false }));
    writeFileSync(join(second, 'result.json'), '{');
    mkdirSync(join(root, 'raft/notes'));
    writeFileSync(join(root, 'README.md'), '');
    const runs = listRuns(root);
    expect(runs.map(({ path }) => path)).toEqual([third, second, first]);
    expect(runs.map(({ plan, seed, result: r }) => [plan, seed, r?.valid])).toEqual([
      ['abd', 2, false],
      ['raft', 1, undefined],
      ['raft', 1, true],
    ]);
    expect(runs[1]?.problem).toContain('is not a result');
    expect(listRuns(join(root, 'nowhere'))).toEqual([]);
  });

  it('are found by what a person would type', () => {
    const old = run('raft', 1, STARTED, result());
    const fresh = run('abd', 2, later, result());
    expect(findRun('latest', root)).toBe(fresh);
    expect(findRun(undefined, root)).toBe(fresh);
    expect(findRun('raft', root)).toBe(old);
    expect(findRun('raft/latest', root)).toBe(old);
    expect(findRun('raft/20260102T030405Z-1', root)).toBe(old);
    expect(findRun(old, root)).toBe(old);
    expect(findRun(join(old, 'result.json'), root)).toBe(old);
    expect(findRun(join(root, 'latest'), root)).toBe(fresh);
    expect(findRun(root, 'elsewhere')).toBe(fresh);
  });

  it('are found without links, and when the latest was removed', () => {
    const old = run('raft', 1, STARTED, result());
    const fresh = run('abd', 2, later, result());
    rmSync(fresh, { recursive: true });
    expect(findRun('latest', root)).toBe(old);
    rmSync(join(root, 'latest'));
    rmSync(join(root, 'raft/latest'));
    expect(findRun('latest', root)).toBe(old);
    expect(findRun('raft', root)).toBe(old);
  });

  it('are missed clearly', () => {
    expect(errorOf(() => findRun('latest', root))).toMatchObject({ code: 'results-not-found', kind: 'usage' });
    run('raft', 1, STARTED, result());
    const error = errorOf(() => findRun('abd', root));
    expect(error.message).toBe("'abd' holds no results");
    expect(error.hint).toContain('has 1 of them');
  });
});
