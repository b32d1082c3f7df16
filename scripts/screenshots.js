// npm run screenshots: the pictures of docs/, of runs with fixed seeds in the simulation (needs Debian's chromium).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { withPalette } from './png.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const QUIET = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const LARGEST = 150_000;

const VALID = { plan: 'plans/raft/raft-partition.yaml' };
const STALE = { plan: 'plans/raft/bugs/raft-split-snapshot.yaml' };
/** Few values: what a read saw may have been written by many, so the checker has to search. */
const SEARCHED = { ...STALE, set: ['workload.with.values=few', 'expect.anomalies=[linearizable]'] };

/** What each picture shows; `show` brings the page there and returns the element to show, or nothing for the first screen. */
const PICTURES = [
  { name: 'report-valid', of: VALID },
  { name: 'report-stale-read', of: STALE },
  { name: 'report-stale-read-dark', of: STALE, colours: 'dark' },
  { name: 'report-search', of: SEARCHED, show: search },
  { name: 'report-timeline', of: STALE, show: timeline },
  { name: 'report-charts', of: VALID, show: charts },
];

async function search(page) {
  const part = page.locator('#search');
  await part.scrollIntoViewIfNeeded();
  await part.locator('.choice rect').nth(8).hover({ force: true });
  return part;
}

async function timeline(page) {
  await page.locator('#anomaly tbody th a').last().click();
  await page.locator('#timeline .tl-details').getByText('read').first().waitFor();
  return page.locator('#timeline');
}

async function charts(page) {
  return page.locator('#performance');
}

async function picture(browser, file, { name, colours = 'light', show }) {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    colorScheme: colours,
    reducedMotion: 'reduce',
  });
  await page.goto(pathToFileURL(file).href);
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  // When a run began is all that differs from one time to the next.
  await page.evaluate(STARTED);
  const part = await show?.(page);
  const png = withPalette(await (part ?? page).screenshot());
  const target = join(ROOT, 'docs', `${name}.png`);
  writeFileSync(target, png);
  await page.close();
  const { size } = statSync(target);
  process.stdout.write(`docs/${name}.png ${Math.ceil(size / 1000)} KB\n`);
  if (size > LARGEST) throw new Error(`docs/${name}.png is larger than ${LARGEST / 1000} KB`);
}

const STARTED = `for (const name of document.querySelectorAll('#run dt'))
  if (name.textContent === 'Started') name.nextElementSibling.textContent = '2026-01-05T04:30:00.000Z'`;

/** Runs a plan as somebody in the checkout does, so that the command that repeats it is short. */
function pageOf({ plan, set = [] }, results) {
  const overrides = set.flatMap((one) => ['--set', one]);
  const args = [join(ROOT, 'dist/framework/cli/main.js'), 'run', plan, '--results', results, '--json', ...overrides];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e8 });
  if (stdout === '') throw new Error(stderr);
  return join(resolve(ROOT, JSON.parse(stdout).folder), 'report.html');
}

const results = mkdtempSync(join(tmpdir(), 'chaos-screenshots-'));
const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
try {
  const pages = new Map();
  for (const one of PICTURES) {
    if (!pages.has(one.of)) pages.set(one.of, pageOf(one.of, results));
    await picture(browser, pages.get(one.of), one);
  }
} finally {
  await browser.close();
  rmSync(results, { recursive: true, force: true });
}
