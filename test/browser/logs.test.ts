// The logs of a report in a real browser: one list of any length that is searched, filtered, used by keyboard and linked to the timeline.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportInput } from '../../framework/report/story.js';
import { staleRead } from '../../framework/report/testing/scenarios.js';
import { type Opened, Reports } from './support/open.js';

const TEXT = '</script><img src=x onerror="alert(1)">\u202egpj \u001b[31mred\u001b[0m \u0000';
const COUNT = 12_000;

/** Lines of two nodes over 30 s, and a file that says no time. */
function withLogs(): ReportInput {
  const file = (path: string, lines: readonly string[]) => ({ path, size: lines.length, lines: () => lines });
  const many = Array.from(
    { length: COUNT },
    (_, i) => `${(i / 400).toFixed(6)} ${i % 1000 === 7 ? 'WARN disk slow' : `tick ${i}`}`,
  );
  const files: Record<string, readonly ReturnType<typeof file>[]> = {
    n1: [file('nodes/n1/node.log', many)],
    n2: [
      file('nodes/n2/files/app.log', ['2025-11-21T07:02:25.061500Z ERROR read from a stale leader', TEXT]),
      file('nodes/n2/out.log', ['no time here']),
    ],
  };
  return { ...staleRead(), nodeFiles: (node) => files[node] ?? [] };
}

let reports: Reports;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  reports = await Reports.launch();
  opened = await reports.open(withLogs());
  page = opened.page;
});

afterAll(async () => {
  await reports?.close();
});

const grid = () => page.getByRole('grid', { name: /Lines of all logs/ });
const field = () => page.getByRole('searchbox', { name: 'Search the logs' });
const status = async () =>
  Number.parseInt(((await page.locator('.log-tools .status').textContent()) ?? '').replaceAll(',', ''), 10);
const rows = () => grid().locator('.space .line');

async function search(text: string): Promise<void> {
  await field().fill(text);
}

/** What the list of lines is for a test that has no types of browsers. */
interface ActiveList {
  getAttribute(name: string): string | null;
  ownerDocument: {
    getElementById(id: string): { textContent: string; getAttribute(name: string): string | null } | null;
  };
}

describe('the logs of a report', () => {
  it('are one list of which the rows in sight exist', async () => {
    expect(await status()).toBeGreaterThan(COUNT);
    expect(Number(await grid().getAttribute('aria-rowcount'))).toBe((await status()) + 1);
    expect(await rows().count()).toBeLessThan(80);
    const times = (await rows().locator('span:first-child').allTextContents()).map(Number.parseFloat);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await grid().getByText('left out').count()).toBe(0);
  });

  it('open where the timeline does, at the anomaly', async () => {
    const [first] = (await page.evaluate(
      "[...document.querySelectorAll('.log-list .space .line')].filter((row) => row.getBoundingClientRect().top >= row.closest('.log-list').getBoundingClientRect().top + 20).map((row) => row.textContent)",
    )) as string[];
    expect(Number.parseFloat(first!)).toBeGreaterThan(12);
    expect(Number.parseFloat(first!)).toBeLessThan(14.1);
  });

  it('scroll to their very end, where lines without a time stand', async () => {
    await grid().press('End');
    await expect.poll(() => rows().last().textContent()).toContain('no time here');
    expect(await rows().last().locator('span').first().textContent()).toBe('?');
    expect(await rows().count()).toBeLessThan(80);
  });

  it('are searched for text and for expressions, and say what is no expression', async () => {
    const all = await status();
    await search('disk SLOW');
    await expect.poll(status).toBe(COUNT / 1000);
    await expect.poll(() => rows().first().locator('mark').textContent()).toBe('disk slow');
    await page.getByLabel('regular expression').check();
    await search('tick \\d7$');
    await expect.poll(status).toBe(9);
    await search('(a+)+b');
    await expect.poll(() => page.locator('.log-tools .problem').textContent()).toMatch(/repeated/);
    await field().press('Escape');
    await page.getByLabel('regular expression').uncheck();
    await expect.poll(status).toBe(all);
    expect(await page.locator('.log-tools .problem').textContent()).toBe('');
  });

  it('are filtered by node, by level and by what the timeline shows', async () => {
    const all = await status();
    const nodes = page.getByRole('group', { name: 'Nodes' });
    await page.getByLabel('Least level').selectOption({ label: 'errors' });
    await expect.poll(status).toBe(1);
    await expect.poll(() => rows().first().textContent()).toContain('stale leader');
    await page.getByLabel('Least level').selectOption({ label: 'all levels' });
    await nodes.getByRole('button', { name: 'n1' }).click();
    await expect.poll(status).toBeLessThan(100);
    await nodes.getByRole('button', { name: 'n1' }).press('Enter');
    await expect.poll(status).toBe(all);
    await page.getByLabel('only what the timeline shows').check();
    await expect.poll(status).toBeLessThan(COUNT / 2);
    await page.getByLabel('only what the timeline shows').uncheck();
    await expect.poll(status).toBe(all);
  });

  it('are used by keyboard, and move the timeline', async () => {
    await search('tick 40');
    await expect.poll(status).toBe(110);
    await grid().focus();
    await grid().press('Home');
    await grid().press('ArrowDown');
    await grid().press('ArrowDown');
    // Read at once: a locator would wait for a row that has gone out of sight meanwhile.
    const active = (name: string) =>
      grid().evaluate((list: ActiveList, attribute) => {
        const row = list.ownerDocument.getElementById(list.getAttribute('aria-activedescendant') ?? '');
        return (attribute === 'text' ? row?.textContent : row?.getAttribute(attribute)) ?? '';
      }, name);
    await expect.poll(() => active('text')).toContain('tick 401');
    expect(await active('aria-selected')).toBe('true');
    await expect
      .poll(() => page.locator('.whole-line').textContent())
      .toBe('nodes/n1/node.log, line 402 (the run’s clock): tick 401');
    // 401 / 400 s is far from where the page opens; the timeline went there, and so did the link.
    const isThere = () => {
      const [from = Number.NaN, to = Number.NaN] = (/t=(\d+)-(\d+)/.exec(page.url()) ?? []).slice(1).map(Number);
      return from <= 1_002_500_000 && to >= 1_002_500_000;
    };
    await expect.poll(isThere).toBe(true);
    await field().press('Escape');
    await expect.poll(() => active('text')).toContain('tick 401');
  });

  it('follow the timeline', async () => {
    await grid().scrollIntoViewIfNeeded();
    await page.evaluate("location.hash = '#t=20000000000-21000000000'");
    await expect.poll(async () => Number.parseFloat((await rows().nth(8).textContent()) ?? '')).toBeCloseTo(20, 1);
  });

  it('show as text whatever programs write', async () => {
    await search('onerror');
    await expect.poll(status).toBe(1);
    const row = rows().first();
    await expect
      .poll(() => row.textContent())
      .toContain('</script><img src=x onerror="alert(1)">⟨U+202E⟩gpj red ⟨U+0000⟩');
    await row.click();
    expect(await page.locator('.whole-line').textContent()).toContain('<img src=x');
    expect(await page.locator('img').count()).toBe(0);
    await field().press('Escape');
  });

  it('lead to their files', async () => {
    await page.getByText(/^Log files/).click();
    const link = page.getByRole('link', { name: 'nodes/n2/files/app.log' });
    expect(await link.getAttribute('href')).toBe('nodes/n2/files/app.log');
    expect(await page.getByRole('table', { name: /Logs of the nodes/ }).textContent()).toContain(
      'no time is recognised',
    );
  });

  it('are on paper around the anomaly', async () => {
    await page.emulateMedia({ media: 'print' });
    expect(await grid().isVisible()).toBe(false);
    expect(await page.locator('.without-script').textContent()).toContain('read from a stale leader');
    expect(await page.getByText('lines of the logs around the anomaly').isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });
    expect(await page.getByText('lines of the logs around the anomaly').isVisible()).toBe(false);
  });

  it('complain about nothing', () => {
    expect(opened.complaints).toEqual([]);
  });
});
