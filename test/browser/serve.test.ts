// `chaos serve` in a real browser: every page quiet, accessible and usable without a mouse or a script; no script of results runs.
import { appendFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../framework/report/report.js';
import { staleRead } from '../../framework/report/testing/scenarios.js';
import { type Serving, serve } from '../../framework/serve/server.js';
import { Results, resultWith, STALE } from '../../framework/serve/testing/results.js';
import { markRunning, unmarkRunning } from '../../framework/store/running.js';
import { openRunFolder } from '../../framework/store/store.js';
import { accessibilityFaults } from './support/axe.js';
import { launchChromium } from './support/open.js';

let browser: Browser;
let results: Results;
let serving: Serving;
const contexts: BrowserContext[] = [];

const DIED = '20260102T000009Z-9';
const HOSTILE = '20260102T000010Z-10';
const LIVE = '20260102T000011Z-11';

beforeAll(async () => {
  browser = await launchChromium();
  results = new Results();
  const files = { 'plan.yaml': 'name: a plan\nclients: 5\n', 'history.jsonl': '{"format":1}\n' };
  results.ended('alpha', 1, {}, { ...files, 'report.html': renderReport(staleRead()) });
  results.ended('alpha', 2, STALE, { ...files, 'plan.yaml': 'name: a plan\nclients: 6\n' });
  const expected = { anomalies: ['stale-read'], others: 'forbid' as const };
  results.ended('beta', 3, { ...STALE, expect: expected, expectationMet: true }, files);
  results.ended('beta', 4, { valid: 'unknown', verdict: 'Unknown: no read.', expectationMet: false }, files);
  results.run('gamma', DIED, { ...files, 'running.json': { pid: 1, ticks: -1, host: 'x' }, 'chaos.log': 'start\n' });
  for (const file of ['history.jsonl', 'chaos.log']) utimesSync(join(results.path, 'gamma', DIED, file), 1, 1);
  const evil =
    '<!doctype html><title>x</title><p id="p">x</p><script>document.title="pwned"</script><img src="/icon.svg" onerror="document.title=1"><a href="javascript:document.title=2">y</a>';
  results.run('gamma', HOSTILE, {
    'result.json': resultWith(),
    'report.html': evil,
    'page.html': evil,
    'page.svg': evil,
  });
  serving = await serve({ folder: results.path, host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

afterAll(async () => {
  await browser?.close();
  await serving?.close();
  results?.remove();
});

interface Opened {
  page: Page;
  complaints: string[];
}

interface Settings {
  scheme?: 'light' | 'dark';
  script?: boolean;
  width?: number;
}

async function open(path: string, { scheme = 'light', script = true, width = 1440 }: Settings = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: script,
  });
  contexts.push(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(serving.url)) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(new URL(path, serving.url).href);
  return { page, complaints };
}

const COMPARED = '/compare?run=alpha/20260102T000001Z-1&run=alpha/20260102T000002Z-2';
const PAGES = [
  ['the list', '/', 'Runs'],
  ['a list without a run', '/?q=nothing+at+all', 'Runs'],
  ['a plan', '/plan/alpha', 'a plan'],
  ['a plan whose runs left nothing', '/plan/gamma', 'a plan'],
  ['a valid run', '/run/alpha/20260102T000001Z-1/', 'Valid: linearizable found no anomaly.'],
  ['an invalid run', '/run/alpha/20260102T000002Z-2/', 'Invalid: stale-read found by linearizable.'],
  ['a run that died', `/run/gamma/${DIED}/`, 'No verdict: died'],
  ['a comparison', COMPARED, 'What changed between two runs'],
  ['half a comparison', '/compare?run=alpha/20260102T000001Z-1', 'Two runs make a comparison'],
] as const;

describe.each(PAGES)('%s', (_, path, heading) => {
  it.each(['light', 'dark'] as const)('opens quietly and has no serious fault of accessibility, %s', async (scheme) => {
    const { page, complaints } = await open(path, { scheme });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(heading);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1440);
    const expected = path.startsWith('/compare?run=alpha/20260102T000001Z-1') && path !== COMPARED;
    expect(complaints.filter((complaint) => !(expected && complaint.includes('400')))).toEqual([]);
  });

  it('fits a narrow screen', async () => {
    const { page } = await open(path, { width: 420 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
  });
});

describe('without a script', () => {
  it('filters, and keeps the filter in the address', async () => {
    const { page } = await open('/', { script: false });
    await page.getByLabel('Anomaly').selectOption('stale-read');
    await page.getByLabel('Plan').selectOption('beta');
    await page.getByRole('button', { name: 'Filter' }).click();
    expect(new URL(page.url()).searchParams.get('anomaly')).toBe('stale-read');
    const rows = page.getByRole('table', { name: /Runs/ }).locator('tbody tr');
    expect(await rows.count()).toBe(1);
    expect(await rows.first().textContent()).toContain('Invalid, as expected');
    expect(await page.getByLabel('Plan').inputValue()).toBe('beta');
  });

  it('compares', async () => {
    const { page } = await open('/?plan=alpha', { script: false });
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await page.getByRole('button', { name: /Compare/ }).click();
    const row = page.getByRole('row', { name: /^stale-read/ });
    expect(await row.textContent()).toContain('worse');
    expect(await page.locator('.diff .added').textContent()).toBe('+ clients: 6');
  });
});

describe('with the keyboard alone', () => {
  it('two runs are chosen and compared, and never three', async () => {
    const { page, complaints } = await open('/');
    const button = page.getByRole('button', { name: /Compare/ });
    expect(await button.isDisabled()).toBe(true);
    const boxes = page.getByRole('checkbox');
    await boxes.nth(0).focus();
    await page.keyboard.press('Space');
    await boxes.nth(1).focus();
    await page.keyboard.press('Space');
    expect(await boxes.nth(2).isDisabled()).toBe(true);
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What changed between two runs' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('the command is copied', async () => {
    const { page } = await open('/run/alpha/20260102T000001Z-1/');
    await page.getByRole('button', { name: 'Copy' }).press('Enter');
    await page.getByRole('button', { name: /Copied|Selected/ }).waitFor();
    expect(await page.locator('#repeat-command').textContent()).toBe('npx chaos run plan.yaml --seed 1');
  });
});

describe('reports', () => {
  it('of ours work, apart from the pages of the server', async () => {
    const { page, complaints } = await open('/run/alpha/20260102T000001Z-1/');
    await page.getByRole('link', { name: 'Open the report' }).click();
    await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    expect(await page.evaluate('self.origin')).toBe('null');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Not linearizable');
    expect(complaints).toEqual([]);
  });

  it.each(['report.html', 'page.html', 'page.svg'])('of others run nothing: %s', async (name) => {
    const { page } = await open(`/run/gamma/${HOSTILE}/${name}`);
    const text = await page.locator('body').textContent();
    expect(text).toContain('x');
    expect(await page.title()).not.toMatch(/pwned|1|2/);
  });
});

describe('a run in progress', () => {
  it('is shown live in two tabs, until its verdict', async () => {
    const folder = results.run('delta', LIVE, { 'history.jsonl': '{"format":1}\n' });
    markRunning(openRunFolder(folder), { started: new Date(), load: 10_000, recover: 1000 });
    const list = await open('/');
    await list.page.getByRole('link', { name: /Running/ }).click();
    const tabs = [list, await open(`/run/delta/${LIVE}/`)];
    const line = (event: object) => appendFileSync(join(folder, 'history.jsonl'), `${JSON.stringify(event)}\n`);
    const hostile = '<img src=x onerror="document.title=1">';
    line({ index: 0, time: 0, process: 'nemesis', type: 'info', f: 'phase', value: { phase: 'load' } });
    line({ index: 1, time: 1e9, process: 1, type: 'invoke', f: 'read', value: null });
    line({ index: 2, time: 2e9, process: 1, type: 'info', f: 'read', value: null, error: hostile });
    const value = { id: 1, phase: 'inject', targets: ['n1', hostile], requested: 3e9, effective: 3e9 };
    line({ index: 3, time: 5e9, process: 'nemesis', type: 'info', f: 'partition', value });
    for (const { page } of tabs) {
      await page.getByText(`partition of n1, ${hostile} since 3.0 s`).waitFor();
      await page.getByText(`read: info, ${hostile}`).waitFor();
      expect(await page.getByRole('progressbar').getAttribute('value')).toBe('0.5');
      expect(await page.getByRole('row', { name: 'read 1 0 0 1' }).count()).toBe(1);
      expect(await page.locator('img').count()).toBe(0);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    results.run('delta', LIVE, { 'result.json': resultWith(STALE) });
    unmarkRunning(openRunFolder(folder));
    for (const { page, complaints } of tabs) {
      await page.getByRole('link', { name: 'Show the result' }).click();
      await page.getByRole('heading', { level: 1, name: 'Invalid: stale-read found by linearizable.' }).waitFor();
      expect(complaints).toEqual([]);
    }
  });
});
