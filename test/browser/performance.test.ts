// The charts of a report in a real browser: one pointer and one stretch of time for all of them, by mouse and by keyboard.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { staleRead } from '../../framework/report/testing/scenarios.js';
import { type Opened, Reports } from './support/open.js';

let reports: Reports;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  reports = await Reports.launch();
  opened = await reports.open(staleRead());
  page = opened.page;
});

afterAll(async () => {
  await reports?.close();
});

const shown = () => page.locator('.chart-tools .shown').textContent();
const plot = (position: number) => page.locator('.chart .u-over').nth(position);

async function boxOf(position: number): Promise<{ x: number; y: number; width: number; height: number }> {
  await plot(position).scrollIntoViewIfNeeded();
  return (await plot(position).boundingBox())!;
}

async function drag(position: number, from: number, to: number): Promise<void> {
  const box = await boxOf(position);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + from * box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + ((from + to) / 2) * box.width, y);
  await page.mouse.move(box.x + to * box.width, y);
  await page.mouse.up();
}

/** The second that a chart says is under the pointer. */
async function pointAt(position: number, share: number): Promise<number> {
  const box = await boxOf(position);
  await page.mouse.move(box.x + share * box.width, box.y + box.height / 2);
  await page.waitForTimeout(50);
  return Number.parseFloat((await page.locator('.chart-tools .where').textContent()) ?? '');
}

describe('the charts of a report', () => {
  it('show latency, its quantiles, rates and availability', async () => {
    const titles = await page.locator('.chart h3').allTextContents();
    expect(titles).toEqual(['Latency of each operation', 'Latency over time', 'Operations per second', 'Availability']);
    for (const name of ['read', 'write', 'cas', 'median', '99th percentile', 'asked for', 'all nodes', 'n3']) {
      expect([name, await page.locator('#performance .switches button', { hasText: name }).count()]).not.toEqual([
        name,
        0,
      ]);
    }
    for (let i = 0; i < 4; i++) expect((await plot(i).boundingBox())!.width).toBeGreaterThan(300);
  });

  it('zoom together by dragging, and show the whole run again', async () => {
    const whole = await shown();
    await drag(2, 0.25, 0.5);
    const [from, to] = (await shown())!.split(' to ').map(Number.parseFloat);
    expect(from!).toBeGreaterThan(6);
    expect(to!).toBeLessThan(16);
    // All of them: under the edges of each is the same second.
    for (let i = 0; i < 4; i++) {
      expect(await pointAt(i, 0.002)).toBeCloseTo(from!, 0);
      expect(await pointAt(i, 0.998)).toBeCloseTo(to!, 0);
    }
    await plot(0).dblclick();
    expect(await shown()).toBe(whole);
    await drag(1, 0.3, 0.6);
    expect(await shown()).not.toBe(whole);
    await page.locator('.plot').nth(3).press('Escape');
    expect(await shown()).toBe(whole);
  });

  it('have one pointer, and say what the values are there', async () => {
    await pointAt(2, 0.5);
    const places = (await page.evaluate(
      "[...document.querySelectorAll('.u-cursor-x')].map((line) => new DOMMatrix(getComputedStyle(line).transform).e)",
    )) as number[];
    expect(Math.max(...places) - Math.min(...places)).toBeLessThan(3);
    const rate = page.locator('.chart').nth(2).locator('button', { hasText: 'begun' });
    expect(await rate.textContent()).toMatch(/begun\d+.*\/s/);
    expect(await page.locator('.chart-tools .where').textContent()).toMatch(/^1\d\.\d+ s.*kill n2 n3/);
  });

  it('pass their stretch to the timeline and take it from there', async () => {
    const whole = await shown();
    await drag(0, 0.4, 0.6);
    const zoomed = await shown();
    await page.getByRole('button', { name: 'Zoom the timeline here' }).click();
    await page.locator('.plot').first().press('Escape');
    expect(await shown()).toBe(whole);
    await page.getByRole('button', { name: 'Show what the timeline shows' }).click();
    expect(await shown()).toBe(zoomed);
    await page.locator('.plot').first().press('0');
  });

  it('are used by keyboard', async () => {
    const frame = page.locator('.plot').nth(2);
    const whole = await shown();
    await frame.focus();
    await frame.press('ArrowRight');
    await frame.press('ArrowRight');
    expect(await page.locator('.spoken').textContent()).toMatch(/^\d.*s.*begun .*\/s/);
    await frame.press('+');
    await frame.press('+');
    const closer = await shown();
    expect(closer).not.toBe(whole);
    await frame.press('Shift+ArrowRight');
    expect(await shown()).not.toBe(closer);
    await frame.press('Escape');
    const line = page.locator('.chart').nth(2).getByRole('button', { name: 'fail' });
    const picture = () => page.evaluate("document.querySelectorAll('.chart canvas')[2].toDataURL()");
    const before = await picture();
    await line.press('Space');
    expect(await line.getAttribute('aria-pressed')).toBe('false');
    await expect.poll(picture).not.toBe(before);
    await line.press('Enter');
    expect(await line.getAttribute('aria-pressed')).toBe('true');
  });

  it('keep a table of their figures', async () => {
    await page.getByText('Latency, rate and faults as a table').click();
    expect(
      await page.getByRole('table', { name: 'Operations that ended, latency and faults over time' }).isVisible(),
    ).toBe(true);
  });

  it('fit a narrow window', async () => {
    await page.setViewportSize({ width: 700, height: 900 });
    await expect.poll(async () => (await plot(3).boundingBox())!.width).toBeLessThan(660);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(700);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('a click on a point', () => {
  it('selects its operation', async () => {
    const input = staleRead();
    const completed = [...input.history.operations()].flatMap(({ index, invoked, completed: time }) =>
      time === undefined ? [] : [{ index, time, latency: time - invoked }],
    );
    const end = Math.max(...completed.map(({ time }) => time), input.events.at(-1)!.time);
    const latencies = completed.map(({ latency }) => Math.log10(latency));
    const [low, high] = [Math.floor(Math.min(...latencies)), Math.ceil(Math.max(...latencies))];
    // The slowest that was not given up: nothing else is near it.
    const slowest = completed
      .filter(({ latency }) => latency < 1_900_000_000)
      .sort((a, b) => b.latency - a.latency)[0]!;
    const box = await boxOf(0);
    await page.mouse.click(
      box.x + (slowest.time / end) * box.width,
      box.y + (1 - (Math.log10(slowest.latency) - low) / (high - low)) * box.height,
    );
    await expect.poll(() => page.url()).toContain(`op=${slowest.index}`);
  });
});

describe('all of it', () => {
  it('complains about nothing', () => {
    expect(opened.complaints).toEqual([]);
  });
});
