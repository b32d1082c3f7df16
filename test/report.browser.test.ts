// Opens reports from disk in a real browser: no console error, no request, the verdict and the evidence in sight.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../framework/report/report.js';
import type { ReportInput } from '../framework/report/story.js';
import {
  failedRun,
  hostile,
  manyAnomalies,
  staleRead,
  undecided,
  validRun,
} from '../framework/report/testing/scenarios.js';
import { standingOf } from '../framework/report/verdict.js';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const FOLD = { width: 1440, height: 900 };

let browser: Browser;
let folder: string;

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`no browser at ${CHROMIUM}: install it (apt-get install -y chromium) or set CHROMIUM to its path`);
  }
  folder = mkdtempSync(join(tmpdir(), 'chaos-browser-'));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
});

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  page: Page;
  /** Console errors, page errors and requests other than the page itself. */
  complaints: string[];
}

async function open(input: ReportInput, colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  const file = join(folder, 'report.html');
  writeFileSync(file, renderReport(input));
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: FOLD, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints };
}

async function bottomOf(page: Page, selector: string): Promise<number> {
  const box = await page.locator(selector).first().boundingBox();
  return box === null ? Number.POSITIVE_INFINITY : box.y + box.height;
}

const RUNS = { validRun, staleRead, manyAnomalies, undecided, failedRun, hostile: () => hostile('<script>x</script>') };

describe.each(Object.entries(RUNS))('the report of %s', (_, make) => {
  it.each(['light', 'dark'] as const)('opens quietly and shows the verdict, %s', async (scheme) => {
    const input = make();
    const { page, complaints } = await open(input, scheme);
    const heading = page.getByRole('heading', { level: 1 });
    expect(await heading.isVisible()).toBe(true);
    // The word stands beside the sentence where the sentence does not open with it: it is said once.
    const { word } = standingOf(input.result);
    expect((await page.locator('header.verdict').textContent())?.toLowerCase()).toContain(word.toLowerCase());
    expect(`${word}: ${input.result.verdict}`).toContain(await heading.textContent());
    expect(await bottomOf(page, 'h1')).toBeLessThan(200);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(FOLD.width);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('the first screen', () => {
  it('holds the anomaly, its evidence, the fault and the command', async () => {
    const { page } = await open(staleRead());
    for (const selector of ['.message', '#evidence-picture', '#anomaly table', '#faults', '#repeat-command']) {
      expect([selector, (await bottomOf(page, selector)) < FOLD.height]).toEqual([selector, true]);
    }
    expect(await page.locator('#faults').textContent()).toContain('kill');
    await page.context().close();
  });

  it('holds them also where the message is long, which opens on demand', async () => {
    const input = staleRead();
    const [anomaly] = input.result.anomalies;
    const text = 'a very long message of a checker that has much to say '.repeat(18);
    const result = { ...input.result, anomalies: [{ ...anomaly!, message: text }] };
    const { page } = await open({ ...input, result });
    const before = await bottomOf(page, '.message');
    expect(before).toBeLessThan(320);
    expect(await bottomOf(page, '#evidence-picture')).toBeLessThan(FOLD.height);
    await page.getByLabel('more', { exact: true }).press('Space');
    expect(await bottomOf(page, '.message')).toBeGreaterThan(before + 20);
    await page.context().close();
  });

  it('says what the name of the anomaly means, where a checker explains it', async () => {
    const { page } = await open({
      ...staleRead(),
      explains: { 'stale-read': { meaning: 'A read saw the past.', breaks: [], example: [], causes: [] } },
    });
    expect(await page.locator('#anomaly .meaning').textContent()).toBe(
      'A read saw the past. More: chaos explain stale-read',
    );
    await page.context().close();
  });
});

describe('working with the page', () => {
  it('shows an operation when it is pointed at', async () => {
    const { page, complaints } = await open(staleRead());
    await page.locator('#evidence-picture rect.op').last().hover();
    const tip = page.locator('#tip');
    expect(await tip.isVisible()).toBe(true);
    expect(await tip.textContent()).toContain('read → 71 on key 2');
    await page.locator('h1').hover();
    expect(await tip.isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('offers the command to copy, by keyboard too', async () => {
    const { page } = await open(staleRead());
    await page.getByRole('button', { name: 'Copy' }).press('Enter');
    await page.getByRole('button', { name: /Copied|Selected/ }).waitFor();
    expect(await page.locator('#repeat-command').textContent()).toBe(staleRead().result.repeat);
    await page.context().close();
  });

  it('gives every picture and table a name for screen readers', async () => {
    const { page } = await open(staleRead());
    expect(await page.getByRole('group', { name: 'The operations that prove it, on a time axis' }).count()).toBe(1);
    expect(await page.getByRole('img').count()).toBe(await page.getByRole('img', { name: /\S/ }).count());
    expect(await page.getByRole('table', { name: 'The operations that prove it' }).count()).toBe(1);
    await page.context().close();
  });
});

describe('hostile text', () => {
  it('is shown as text and runs nothing', async () => {
    const text = '</script></style><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>\u202egpj';
    const { page, complaints } = await open(hostile(text));
    expect(await page.evaluate('window.pwned')).toBe(undefined);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script:not([type="application/octet-stream"])').count()).toBe(1);
    expect(await page.locator('h1').textContent()).toBe(text.replace('\u202e', '⟨U+202E⟩'));
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
