// What a reader waits for: a page opened in Chromium, and the time that its script takes for each frame while the timeline is dragged.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const SIZE = { width: 1440, height: 900 };
const ROUNDS = 3;
const MOVES = 150;

/** How far the timeline is zoomed in from the whole run before it is dragged: times `w`. */
const ZOOMS = [0, 1, 2, 4, 8];

export interface Seen {
  /** Milliseconds from the navigation until every part of the page is there; the best of a few. */
  readonly ready: number;
  /** Milliseconds of script a frame, of the slowest zoom: the 95th percentile, and the longest. */
  readonly p95: number;
  readonly longest: number;
}

/** Null: there is no Chromium here. */
export async function look(file: string): Promise<Seen | null> {
  if (!existsSync(CHROMIUM)) return null;
  const { chromium } = await import('playwright-core');
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    let ready = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) ready = Math.min(ready, await readyTime(browser, file));
    const times: number[] = [];
    const page = await opened(browser, file);
    let worst: number[] = [0];
    for (const zoom of ZOOMS) {
      const frames = await framesWhileDragged(page, zoom);
      times.push(...frames);
      if (quantile(frames, 0.95) > quantile(worst, 0.95)) worst = frames;
    }
    return { ready, p95: quantile(worst, 0.95), longest: Math.max(...times) };
  } finally {
    await browser.close();
  }
}

async function opened(browser: Browser, file: string): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZE });
  const page = await context.newPage();
  await page.addInitScript(RECORD_FRAMES);
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return page;
}

async function readyTime(browser: Browser, file: string): Promise<number> {
  const page = await opened(browser, file);
  const time = await page.evaluate<number>('readyAt');
  await page.context().close();
  return time;
}

/** Notes when the page is ready and how long each callback of an animation frame takes. */
const RECORD_FRAMES = `
  window.frameTimes = [];
  window.readyAt = 0;
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => request((time) => {
    const start = performance.now();
    callback(time);
    frameTimes.push(performance.now() - start);
  });
  new MutationObserver(() => { if (document.documentElement?.dataset.ready) window.readyAt ||= performance.now(); })
    .observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });
`;

async function framesWhileDragged(page: Page, zoom: number): Promise<number[]> {
  const canvas = page.locator('canvas[tabindex="0"]');
  await canvas.scrollIntoViewIfNeeded();
  await canvas.press('0');
  for (let i = 0; i < zoom; i++) await canvas.press('w');
  const box = (await canvas.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.evaluate('frameTimes.length = 0');
  await page.mouse.down();
  for (let i = 1; i <= MOVES; i++) await page.mouse.move(x + 300 * Math.sin(i / 8), y);
  await page.mouse.up();
  return page.evaluate<number[]>('frameTimes');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
