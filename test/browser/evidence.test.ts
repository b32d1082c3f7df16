// The evidence of anomalies in a real browser: the orders that a search tried, and the few operations of a monitor's verdict.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLinearizable } from '../../checkers/linearizable/check.js';
import type { SearchEvidence } from '../../checkers/linearizable/evidence/partials.js';
import type { Outcome } from '../../framework/contracts/operation.js';
import { ColumnarHistory } from '../../framework/history/history.js';
import { operationText } from '../../framework/report/operations.js';
import type { ReportInput } from '../../framework/report/story.js';
import { validRun } from '../../framework/report/testing/scenarios.js';
import { accessibilityFaults } from './support/axe.js';
import { type Opened, Reports } from './support/open.js';

const MS = 1_000_000;

type Line = readonly [process: number, f: string, value: unknown, from: number, to: number, outcome?: Outcome];

/** What the checker says of these operations, as the report of a run. Times in milliseconds. */
function judged(model: string, lines: readonly Line[]) {
  const history = new ColumnarHistory();
  const events = lines.flatMap(([process, f, value, from, to, outcome = 'ok']) => {
    const asked = f === 'read' ? null : value;
    const node = `n${(process % 3) + 1}`;
    return [
      { time: from, add: () => void history.appendInvoke(from * MS, process, f, 'k', asked, node) },
      { time: to, add: () => void history.appendCompletion(to * MS, process, outcome, value) },
    ];
  });
  for (const { add } of events.sort((a, b) => a.time - b.time)) add();
  const initial = model === 'counter' ? 0 : null;
  const anomalies = checkLinearizable(history, { model, initial }).anomalies.map((anomaly) => ({
    ...anomaly,
    checker: 'linearizable',
  }));
  const base = validRun();
  const input: ReportInput = { ...base, history, result: { ...base.result, valid: false, anomalies } };
  return { input, history, evidence: anomalies[0]!.evidence! };
}

/** A read of 5, where only 7 and 15 were possible. */
const COUNTER: readonly Line[] = [
  [0, 'add', 1, 1000, 1010],
  [1, 'add', 2, 1005, 1025],
  [2, 'read', 1, 1012, 1020],
  [3, 'add', 4, 1022, 1040],
  [0, 'read', 3, 1028, 1036],
  [1, 'add', 8, 1030, 1060],
  [4, 'add', 100, 1034, 1080, 'info'],
  [2, 'read', 5, 1045, 1055],
  [3, 'read', 15, 1065, 1070],
];

const STALE: readonly Line[] = [
  [0, 'write', 1, 1000, 1010],
  [1, 'write', 2, 1020, 1030],
  [2, 'read', 1, 1040, 1050],
  [3, 'read', 2, 1060, 1070],
];

const AT_TIMELINE = "Math.abs(document.getElementById('timeline').getBoundingClientRect().top) < 300";

let reports: Reports;

beforeAll(async () => {
  reports = await Reports.launch();
});

afterAll(async () => {
  await reports?.close();
});

async function textsOf(page: Page, selector: string): Promise<string[]> {
  return (await page.locator(selector).allTextContents()).map((text) => text.trim());
}

describe('what a search came up against', () => {
  const { input, history, evidence } = judged('counter', COUNTER);
  const search = evidence['search'] as Exclude<SearchEvidence, { skipped: string }>;
  const rows = [...new Set([...search.window, ...search.partials.flatMap((partial) => partial.rows)])].sort(
    (a, b) => a - b,
  );
  let opened: Opened;
  let page: Page;

  beforeAll(async () => {
    opened = await reports.open(input);
    page = opened.page;
  });

  const choice = (row: number) => page.locator(`#search .choice[data-operation="${rows.indexOf(row)}"] rect`);
  const text = (row: number) => operationText(history.operation(row), 48);

  /** The page shows this order: points, list, states and the reason why nothing follows. */
  async function expectOrder(at: number): Promise<void> {
    const { rows: steps, states, next } = search.partials[at]!;
    expect(await textsOf(page, '#search .search-list ol li bdi')).toEqual(steps.map(text));
    expect(await textsOf(page, '#search .search-list ol li code')).toEqual(states);
    expect(await page.locator('#search .steps .point:not(.illegal)').count()).toBe(steps.length);
    expect(await textsOf(page, '#search .steps .point-number')).toEqual(steps.map((_, i) => String(i + 1)));
    expect(await textsOf(page, '#search .illegal-next bdi')).toEqual(next.map(({ why }) => why));
    expect(await page.locator('#search .steps .illegal-cross').count()).toBe(next.length > 0 ? 1 : 0);
    if (next.length > 0) expect(await page.locator('#search .search-said').textContent()).toContain(next[0]!.why);
  }

  it('is found, and has an order that fits nowhere', () => {
    expect(search.partials.length).toBeGreaterThan(1);
    expect(search.longest).not.toHaveProperty(String(search.stuck));
    expect(rows.length).toBe(search.window.length);
  });

  it('shows the longest order before anything is pointed at', async () => {
    await expectOrder(search.prefix ?? 0);
    expect(await page.locator('#search .search-said').textContent()).toContain('read → 5 is illegal: the state is');
  });

  it('shows for each operation the longest order that contains it', async () => {
    const shown = new Set<number>();
    for (const row of search.window) {
      await page.locator('#search-title').hover();
      await choice(row).hover({ position: { x: 2, y: 7 } });
      const at = search.longest[row];
      if (at === undefined) {
        expect(await page.locator('#search .search-said').textContent()).toContain('fits nowhere');
        continue;
      }
      shown.add(at);
      await expectOrder(at);
      const place = search.partials[at]!.rows.indexOf(row);
      expect(await page.locator('#search .search-list ol li.here').count()).toBe(1);
      expect(await page.locator('#search .search-list ol li').nth(place).getAttribute('class')).toContain('here');
      expect(await page.locator('#search .search-said').textContent()).toContain(text(row));
    }
    expect(shown.size).toBeGreaterThan(1);
  });

  it('goes from operation to operation by keys, keeps one, and lets it go', async () => {
    await choice(search.stuck).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate('document.activeElement.parentElement.dataset.operation');
    expect(await focused()).toBe('1');
    await page.keyboard.press('Enter');
    expect(await choice(rows[1]!).getAttribute('aria-selected')).toBe('true');
    await choice(search.stuck).hover({ position: { x: 2, y: 7 } });
    await expectOrder(search.longest[rows[1]!]!);
    await page.keyboard.press('Escape');
    expect(await choice(rows[1]!).getAttribute('aria-selected')).toBe('false');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).not.toBe('1');
  });

  it('leads to the timeline', async () => {
    await choice(rows[2]!).click({ position: { x: 2, y: 7 } });
    await page.locator('#search').getByRole('button', { name: 'Show on the timeline' }).click();
    await expect.poll(() => page.evaluate(AT_TIMELINE)).toBe(true);
    await expect.poll(() => page.url()).toContain(`op=${rows[2]}`);
    await page.keyboard.press('Escape');
  });

  it('has names for those who do not see it, and complains of nothing', async () => {
    expect(await page.getByRole('listbox', { name: 'Operations around the violation' }).count()).toBe(1);
    expect(await page.getByRole('option', { name: /add 1, process 0 at n1/ }).count()).toBe(1);
    expect(await accessibilityFaults(page, ['#search', '#anomaly', '.side'])).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });
});

describe('the few operations of a monitor', () => {
  let opened: Opened;
  let page: Page;

  beforeAll(async () => {
    opened = await reports.open(judged('cas-register', STALE).input);
    page = opened.page;
  });

  it('are told step by step, each with its arrow', async () => {
    const steps = await textsOf(page, '#anomaly .steps-said li');
    expect(steps.map((step) => step.replace(/\s+/g, ' '))).toEqual([
      'A 1 completed at 1.010000 s, before 2 was invoked at 1.020000 s: 1 took effect first.',
      'B Then their results fit only an order such as 1 → 3 → 2 (states: 1, 1, 2): 3 (read → 1) has to come before 2 (write 2).',
      'C But 2 completed at 1.030000 s, before 3 was invoked at 1.040000 s: 2 took effect first. No order is left.',
    ]);
    expect(await page.locator('#evidence-picture .order-letter').count()).toBe(2);
    expect(await page.locator('#evidence-picture .result-letter').count()).toBe(1);
    expect(await page.locator('#search').count()).toBe(0);
  });

  it('are marked together, in the picture, in the steps and in the table', async () => {
    const marked = () =>
      page.locator('#anomaly .here').evaluateAll((all) => all.map((one) => one.getAttribute('data-numbers')));
    await page.locator('#evidence-picture .witness rect').first().hover();
    expect(await marked()).toEqual(['1', '1 2', '1']);
    await page.locator('#anomaly .steps-said li').nth(2).hover();
    expect(await marked()).toEqual(expect.arrayContaining(['2', '3', '2 3']));
    await page.locator('h1').hover();
    expect(await marked()).toEqual([]);
  });

  it('lead to the timeline by mouse and by key', async () => {
    const read = page.getByRole('button', { name: /^3: read → 1 on key k/ });
    await read.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(AT_TIMELINE)).toBe(true);
    await expect.poll(() => page.url()).toContain('op=4');
    await page.locator('#evidence-picture .witness rect').first().click();
    await expect.poll(() => page.url()).toContain('op=0');
    await expect.poll(() => page.evaluate(AT_TIMELINE)).toBe(true);
  });

  it('have names for those who do not see them, and complain of nothing', async () => {
    expect(await page.getByRole('list', { name: 'Why they contradict each other' }).count()).toBe(1);
    expect(await accessibilityFaults(page, ['#anomaly', '.side'])).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });
});
