// Results folders as they are found: of runs that died, torn, of other versions, or written by somebody else.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderMarkdown } from './markdown.js';
import { renderReport } from './report.js';
import { readStored } from './stored.js';
import { tell } from './story.js';
import { staleRead } from './testing/scenarios.js';

const VERSION = '0.1.0';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chaos-stored-'));
  folder = join(root, 'my-plan', '20260102T030405Z-7');
  mkdirSync(folder, { recursive: true });
  write('history.jsonl', HISTORY);
  write('events.jsonl', '{"format":1}\n{"time":1000,"node":"n1","kind":"start"}\n');
  write('plan.yaml', 'name: my plan\n');
  write('result.json', JSON.stringify(RESULT));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const drop = (name: string) => rmSync(join(folder, name));

const HISTORY = [
  { format: 1, plan: 'my plan', nodes: ['n1', 'n2'], seed: 7, version: VERSION },
  { index: 0, time: 1_000_000, process: 0, type: 'invoke', f: 'write', key: 1, value: 5, node: 'n1' },
  { index: 1, time: 2_000_000, process: 0, type: 'ok', f: 'write', key: 1, value: 5, node: 'n1' },
  { index: 2, time: 3_000_000, process: 1, type: 'invoke', f: 'read', key: 1, value: null, node: 'n2' },
  { index: 3, time: 4_000_000, process: 1, type: 'ok', f: 'read', key: 1, value: 5, node: 'n2' },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

const RESULT = {
  ...staleRead().result,
  version: VERSION,
  anomalies: [],
  plan: { name: 'my plan', id: 'my-plan', file: null, cell: null },
};

const stored = () => readStored(folder, VERSION);

/** Both forms can be made of it, and say what is missing. */
function shown(): string {
  const input = stored();
  const page = renderReport(input);
  const text = renderMarkdown(tell(input));
  for (const notice of input.notices) expect(text).toContain(notice.slice(0, 20).split(/[_*`#]/)[0]);
  expect(page.includes('Not all of this run is here')).toBe(input.notices.length > 0);
  return page;
}

describe('a stored run', () => {
  it('is shown as it is', () => {
    const { notices, result, history, events, planYaml } = stored();
    expect(notices).toEqual([]);
    expect(result).toEqual(JSON.parse(JSON.stringify(RESULT)));
    expect([history.length, events.length, planYaml]).toEqual([4, 1, 'name: my plan\n']);
    shown();
  });

  it('that died has no verdict, and its operations all the same', () => {
    drop('result.json');
    const { result, notices } = stored();
    expect(notices).toEqual([expect.stringMatching(/result\.json is missing.*did not come to its end/)]);
    expect(result).toMatchObject({
      valid: 'unknown',
      status: 'interrupted',
      plan: { name: 'my plan', id: 'my-plan' },
      seed: 7,
      nodes: ['n1', 'n2'],
      clients: 2,
      coverage: { operations: { write: { invoke: 1, ok: 1 }, read: { invoke: 1, ok: 1 } } },
      times: { started: '2026-01-02T03:04:05.000Z', duration: 4 },
    });
    expect(shown()).toContain('did not come to its end');
  });

  it('with a torn history shows what stands before', () => {
    write('history.jsonl', HISTORY.slice(0, -20));
    expect(stored().notices).toEqual([expect.stringMatching(/history\.jsonl, line 5: the last line is torn/)]);
    expect(stored().history.length).toBe(3);
    shown();
  });

  it('with garbage in its history shows what stands before', () => {
    write('history.jsonl', HISTORY.replace('{"index":2', 'garbage'));
    expect(stored().history.length).toBe(2);
    expect(stored().notices).toHaveLength(1);
    shown();
  });

  it('without anything but its verdict shows the verdict', () => {
    for (const name of ['history.jsonl', 'events.jsonl', 'plan.yaml']) drop(name);
    expect(stored().notices).toEqual([
      expect.stringMatching(/^history\.jsonl cannot be shown/),
      expect.stringMatching(/^plan\.yaml cannot be shown/),
    ]);
    expect(shown()).toContain(RESULT.verdict.slice(10, 40));
  });

  it('of an older version is shown with what it has', () => {
    const { coverage, times, rate, figures, ...older } = RESULT;
    write('result.json', JSON.stringify({ ...older, version: '0.0.9' }));
    expect(stored().notices).toEqual([
      expect.stringMatching(/does not say what is expected of: rate, coverage, times/),
      expect.stringMatching(/recorded by version 0\.0\.9/),
    ]);
    expect(stored().result).toMatchObject({ valid: RESULT.valid, verdict: RESULT.verdict });
    shown();
  });

  it('whose result is no result is shown without a verdict', () => {
    for (const text of ['', '[]', '7', 'null', '{"format":99}', '{"anomalies":{"name":1}}', '{"checks":{"x":5}}']) {
      write('result.json', text);
      expect(stored().result.valid).toBe('unknown');
      expect(stored().notices.length).toBeGreaterThan(0);
      shown();
    }
  });

  it('is shown whatever is wrong with any field of its result', () => {
    const names = Object.keys(RESULT) as (keyof typeof RESULT)[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        write('result.json', JSON.stringify({ ...RESULT, [name]: value }));
        shown();
      }),
      { numRuns: 40 },
    );
  });

  it('is shown wherever its files were cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('history.jsonl', 'events.jsonl', 'result.json', 'plan.yaml'),
        fc.nat(5000),
        (name, length) => {
          const whole = readFileSync(join(folder, name));
          write(name, whole.subarray(0, length % whole.length).toString('latin1'));
          shown();
          writeFileSync(join(folder, name), whole);
        },
      ),
      { numRuns: 40 },
    );
  });
});
