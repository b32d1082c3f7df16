// Reports of real runs in a real browser: each anomaly that a planted bug shows, a valid run, one without a verdict, one that failed.
// What the page says is what result.json and the history say.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../framework/contracts/history.js';
import type { FoundAnomaly } from '../../framework/contracts/result.js';
import { ROOT } from '../support/chaos.js';
import { accessibilityFaults } from './support/axe.js';
import { FOLD, type Opened, Reports } from './support/open.js';
import { type Stored, store } from './support/stored.js';

/** The anomaly with which the page opens, and the plan whose planted bug shows it. */
const ANOMALIES = [
  ['stale-read', 'raft/bugs/raft-split-snapshot.yaml'],
  ['new-old-inversion', 'abd/bugs/abd-no-write-back.yaml'],
  ['lost-update', 'caspaxos/bugs/caspaxos-skip-prepare.yaml'],
  ['lost-write', 'raft/bugs/raft-ack-before-commit.yaml'],
  ['lost-write', 'dynamo/bugs/dynamo-forget-before-handover.yaml'],
  ['lost-element', 'dynamo/bugs/dynamo-drop-hint.yaml'],
  ['resurrected-element', 'gossip/bugs/gossip-drop-tombstone.yaml'],
  ['divergence', 'dynamo/bugs/dynamo-no-read-repair.yaml'],
  ['aborted-read', 'paxos-gossip/bugs/paxos-gossip-learn-undecided.yaml'],
  ['split-brain', 'raft/bugs/raft-forget-vote.yaml'],
] as const;

/** What the checker writes of its search, as far as it is compared here. */
interface SearchShape {
  readonly window: readonly number[];
  readonly longest: Readonly<Record<string, number>>;
  readonly partials: readonly {
    readonly rows: readonly number[];
    readonly states: readonly string[];
    readonly next: readonly { readonly why: string }[];
  }[];
}

let folder: string;
let reports: Reports;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-runs-'));
  reports = await Reports.launch();
});

afterAll(async () => {
  await reports?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const planned = (plan: string, set: readonly string[] = []) =>
  store(join(ROOT, 'plans', plan), join(folder, 'results'), set);

async function bottomOf(page: Page, selector: string): Promise<number> {
  const box = await page.locator(selector).first().boundingBox();
  return box === null || box.height < 10 ? Number.POSITIVE_INFINITY : box.y + box.height;
}

async function expectInSight(page: Page, ...selectors: string[]): Promise<void> {
  const bottoms = await Promise.all(selectors.map(async (one) => [one, await bottomOf(page, one)] as const));
  expect(bottoms.filter(([, bottom]) => bottom > FOLD.height)).toEqual([]);
}

/** The rows of a table by the titles of its columns. */
async function rowsOf(page: Page, selector: string): Promise<Record<string, string>[]> {
  const cells = (row: ReturnType<Page['locator']>) => row.locator('th,td').allTextContents();
  const titles = await cells(page.locator(`${selector} thead tr`));
  const rows = await page.locator(`${selector} tbody tr`).all();
  return Promise.all(
    rows.map(async (row) => Object.fromEntries((await cells(row)).map((text, i) => [titles[i]!, text.trim()]))),
  );
}

const seconds = (text: string | undefined) => Number.parseFloat((text ?? '').replaceAll(',', ''));

/** The table says of an operation what the history does. Instants to the microsecond. */
function expectRow(row: Record<string, string>, operation: Operation, anomaly: FoundAnomaly): void {
  expect(row['process']).toBe(String(operation.process));
  expect(row['function']).toBe(operation.f);
  expect(row['node']).toBe(operation.node ?? '');
  expect(row['outcome']).toContain(operation.outcome);
  expect(row['key'] ?? '').toBe(anomaly.key === undefined || operation.key === undefined ? '' : String(operation.key));
  expect(seconds(row['invoked'])).toBeCloseTo(operation.invoked / 1e9, 3);
  if (operation.completed !== undefined) expect(seconds(row['completed'])).toBeCloseTo(operation.completed / 1e9, 3);
  const { value } = operation;
  if (typeof value === 'number') expect(row['value']).toContain(String(value));
}

/** Name, message, operations and where they lead: as the result and the history have it. */
async function expectEvidence(page: Page, { result, history }: Stored): Promise<FoundAnomaly> {
  const message = await page.locator('#anomaly .message').textContent();
  const anomaly = result.anomalies.find((one) => one.message === message)!;
  expect(result.anomalies.map((one) => one.message)).toContain(message);
  expect(await page.locator('#anomaly-title').textContent()).toContain(anomaly.name);
  expect(await page.locator('#anomaly-title').textContent()).toContain(`found by ${anomaly.checker}`);
  const operations = anomaly.operations ?? [];
  const rows = operations.length === 0 ? [] : await rowsOf(page, '#anomaly table');
  const wanted = [...operations].sort((a, b) => a - b).slice(0, rows.length);
  expect(rows.length).toBe(Math.min(operations.length, 12));
  for (const [i, row] of rows.entries()) expectRow(row, history.operation(wanted[i]!), anomaly);
  const links = await page
    .locator('#anomaly tbody th a')
    .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  expect(links).toEqual(wanted.map((operation) => `#op=${operation}`));
  return anomaly;
}

/** Nothing complains, nothing is wider than the page, and no part of it could not be shown. */
async function expectWhole({ page, complaints }: Opened): Promise<void> {
  expect(complaints).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(FOLD.width);
  expect(await page.getByText('cannot be shown').count()).toBe(0);
  expect(await page.locator('#timeline canvas').count()).toBeGreaterThan(0);
}

describe.each(ANOMALIES)('%s by %s', (name, plan) => {
  it('is told as result.json tells it, on the first screen', { timeout: 60_000 }, async () => {
    const stored = await planned(plan);
    const { result } = stored;
    const opened = await reports.openFile(stored.page);
    const { page } = opened;
    expect(result.valid).toBe(false);
    expect(await page.locator('.stamp').textContent()).toContain('Invalid, as expected');
    expect(`Invalid: ${await page.locator('h1').textContent()}`).toBe(result.verdict);
    const anomaly = await expectEvidence(page, stored);
    expect(anomaly.name).toBe(name);
    expect(await page.locator('#repeat-command').textContent()).toBe(result.repeat);
    expect(result.repeat).toContain(`--seed ${result.seed}`);
    await expectInSight(page, 'h1', '#anomaly .message', '#faults .guilty, #faults p', '#repeat-command');
    if (anomaly.operations !== undefined) await expectInSight(page, '#evidence-picture', '#anomaly table');
    await expectWhole(opened);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.context().close();
  });
});

describe('a violation that had to be searched for', () => {
  it('shows the longest order with the operation that is pointed at', { timeout: 60_000 }, async () => {
    const stored = await planned('raft/bugs/raft-split-snapshot.yaml', [
      'workload.with.values=few',
      'expect.anomalies=[linearizable]',
    ]);
    const opened = await reports.openFile(stored.page);
    const { page } = opened;
    const anomaly = await expectEvidence(page, stored);
    const { window, longest, partials } = anomaly.evidence!['search'] as unknown as SearchShape;
    const shown = [...new Set([...window, ...partials.flatMap(({ rows }) => rows)])].sort((a, b) => a - b);
    const row = window.find((one) => (longest[one] ?? 0) > 0)!;
    const order = partials[longest[row]!]!;
    await page
      .locator(`#search .choice[data-operation="${shown.indexOf(row)}"] rect`)
      .first()
      .hover({ force: true });
    expect(await page.locator('#search .search-list ol li').count()).toBe(order.rows.length);
    expect(await page.locator('#search .search-list ol li code').allTextContents()).toEqual(order.states);
    expect(await page.locator('#search .illegal-next bdi').allTextContents()).toEqual(order.next.map(({ why }) => why));
    await expectWhole(opened);
    await page.context().close();
  });
});

describe('a run', () => {
  it('that is valid says what that rests on', async () => {
    const stored = await planned('raft/raft-partition.yaml', ['timing.load=20s']);
    const opened = await reports.openFile(stored.page);
    const { page } = opened;
    expect(stored.result.valid).toBe(true);
    expect(await page.locator('header.verdict').textContent()).toContain('Valid');
    expect(stored.result.verdict).toContain(await page.locator('h1').textContent());
    const counts = Object.values(stored.result.coverage.operations);
    const invoked = counts.reduce((sum, { invoke }) => sum + invoke, 0);
    expect(await page.locator('#anomaly').textContent()).toContain(`${invoked.toLocaleString('en-US')} operations`);
    expect(await page.locator('#repeat-command').textContent()).toBe(stored.result.repeat);
    await expectInSight(page, 'h1', '#anomaly table', '#faults', '#repeat-command');
    await expectWhole(opened);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.context().close();
  });

  it('without a verdict says what is missing', async () => {
    const stored = await planned('raft/raft-pause.yaml', ['evidence.ok-per-function=50000']);
    const opened = await reports.openFile(stored.page);
    const { page } = opened;
    expect(stored.result.valid).toBe('unknown');
    expect(await page.locator('header.verdict').textContent()).toContain('Unknown');
    expect(stored.result.coverage.missing.length).toBeGreaterThan(0);
    for (const missing of stored.result.coverage.missing) {
      expect(await page.locator('#anomaly').textContent()).toContain(missing);
    }
    expect(await page.locator('#repeat-command').textContent()).toBe(stored.result.repeat);
    await expectInSight(page, 'h1', '#anomaly', '#repeat-command');
    await expectWhole(opened);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.context().close();
  });

  it('that failed says why', async () => {
    mkdirSync(join(folder, 'failing'), { recursive: true });
    const plan = join(folder, 'failing', 'failing.yaml');
    const node = join(folder, 'failing', 'node.js');
    writeFileSync(node, "process.stderr.write('no such ledger\\n'); process.exit(3);\n");
    writeFileSync(
      plan,
      `name: it fails\nsystem: { use: maelstrom, nodes: 2, with: { bin: node, args: [${node}] } }\nworkload: { use: echo, clients: 2, rate: 10/s }\ntiming: { load: 1s, recover: 1s }\n`,
    );
    const { result, page: file } = await store(plan, join(folder, 'results'));
    const { page, complaints } = await reports.openFile(file);
    expect(result.status).toBe('failed');
    expect(await page.locator('header.verdict').textContent()).toContain('Run failed');
    expect(await page.locator('#anomaly').textContent()).toContain(result.error!.message);
    expect(await page.locator('main').textContent()).toContain('no such ledger');
    expect(await page.locator('#repeat-command').textContent()).toBe(result.repeat);
    await expectInSight(page, 'h1', '#anomaly .message', '#repeat-command');
    expect(complaints).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.context().close();
  });
});
