// The timeline in a real browser: what it opens with, pointer, keys, filters, links, its texts for those who cannot see it, and paper.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../../framework/history/history.js';
import { SMALL } from '../../framework/report/testing/made-up.js';
import { hostile, manyAnomalies, staleRead, validRun } from '../../framework/report/testing/scenarios.js';
import { accessibilityFaults } from './support/axe.js';
import { type Opened, Reports } from './support/open.js';

let reports: Reports;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  reports = await Reports.launch();
});

afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await page.context().close();
});

afterAll(async () => {
  await reports?.close();
});

async function open(input = staleRead()): Promise<void> {
  opened = await reports.open(input);
  page = opened.page;
}

const canvas = () => page.getByRole('application', { name: /Timeline of operations/ });
const timeline = () => page.locator('#timeline');
const said = () => timeline().getByRole('status').textContent();
const details = () => page.locator('.tl-details');
const search = () => page.getByRole('searchbox', { name: /Find operations/ });

/** Waits until the page has drawn what it was told, and what it does so many milliseconds later. */
async function settled(later = 0): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  if (later > 0) await page.evaluate(`new Promise((done) => setTimeout(done, ${later}))`);
}

/** What is in sight, in seconds: the toolbar says it. */
async function sight(): Promise<{ from: number; to: number }> {
  await settled();
  const [from = Number.NaN, to = Number.NaN] = ((await page.locator('.tl-range').textContent()) ?? '')
    .split('–')
    .map(Number.parseFloat);
  return { from, to };
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await canvas().press(key);
}

/** Rows of the table of operations in sight, each its cells. */
async function table(): Promise<string[][]> {
  const summary = page.getByText('The operations and faults in sight as tables');
  if ((await page.locator('.tl-sight').getAttribute('open')) === null) await summary.click();
  await settled(300);
  return page.evaluate<string[][]>(
    `[...document.querySelectorAll('[aria-label="Operations in sight"] tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
  );
}

async function numbered(): Promise<string[]> {
  return (await table()).map(([first]) => first!).filter((text) => /^\d+$/.test(text));
}

/** Moves the pointer down a column of the canvas until the tooltip says `text`; where that was. */
async function findOnCanvas(time: number, text: string): Promise<{ x: number; y: number }> {
  await canvas().scrollIntoViewIfNeeded();
  const box = (await canvas().boundingBox())!;
  const { from, to } = await sight();
  const x = box.x + 96 + ((time - from) / (to - from)) * (box.width - 96 - 8);
  for (let y = box.y + 26; y < box.y + box.height; y += 5) {
    await page.mouse.move(x, y);
    const tip = page.locator('.tl-tip');
    if ((await tip.isVisible()) && ((await tip.textContent()) ?? '').includes(text)) return { x, y };
  }
  throw new Error(`nothing at ${time} s says ${text}`);
}

describe('the timeline', () => {
  it('opens around the anomaly, with the operations of the evidence numbered', async () => {
    await open();
    const { from, to } = await sight();
    expect(from).toBeLessThan(14);
    expect(to).toBeGreaterThan(14.062);
    expect(to - from).toBeLessThan(3);
    expect(await numbered()).toEqual(['1', '2', '3']);
  });

  it('opens around the first fault where all is well', async () => {
    await open(validRun());
    const { from, to } = await sight();
    expect(from).toBeLessThan(3.002);
    expect(to).toBeGreaterThan(3.002);
    expect(await numbered()).toEqual([]);
  });

  it('says what is under the pointer, and everything about what is clicked', async () => {
    await open();
    const { x, y } = await findOnCanvas(14.0021, 'write 71 on key 2');
    const tip = await page.locator('.tl-tip').textContent();
    for (const text of ['process 900001 at n3', '14.000000 s → 14.004200 s (4.2 ms)', 'ok: it happened']) {
      expect(tip).toContain(text);
    }
    await page.mouse.click(x, y);
    const text = await details().textContent();
    for (const part of ['1 write 71 on key 2', 'asked71', 'process900001', 'noden3', 'took4.2 ms', 'killn2 n3']) {
      expect(text!.replaceAll(/\s+/g, ' ').replaceAll(' ', '')).toContain(part.replaceAll(' ', ''));
    }
    expect(await said()).toContain('Selected: 1: write 71 on key 2');
  });

  it('says of a fault whom it hit, when it was asked for and when it held, its healing too', async () => {
    await open();
    const { x, y } = await findOnCanvas(14, 'kill n2 n3');
    await page.mouse.click(x, y);
    const text = (await details().textContent())!;
    for (const part of [
      'requested13.000000 s',
      '13.002000 s, 2 ms later',
      'healing requested17.000000 s',
      '17.002000 s',
    ]) {
      expect(text).toContain(part);
    }
  });
});

describe('looking around', () => {
  it('by wheel: with Ctrl always, without it once the timeline has the focus', async () => {
    await open();
    await canvas().hover();
    const before = await sight();
    await page.mouse.wheel(0, 100);
    expect(await sight()).toEqual(before);
    expect(await page.getByText('Ctrl + wheel zooms').isVisible()).toBe(true);
    await canvas().hover();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, 100);
    await page.keyboard.up('Control');
    const wider = await sight();
    expect(wider.to - wider.from).toBeGreaterThan(before.to - before.from);
    await canvas().focus();
    await page.mouse.wheel(0, -100);
    const narrower = await sight();
    expect(narrower.to - narrower.from).toBeLessThan(wider.to - wider.from);
  });

  it('by drag, and by the frame on the picture of the whole run', async () => {
    await open();
    await canvas().scrollIntoViewIfNeeded();
    const before = await sight();
    const box = (await canvas().boundingBox())!;
    await page.mouse.move(box.x + 600, box.y + 150);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 150, { steps: 4 });
    await page.mouse.up();
    const after = await sight();
    expect(after.from).toBeGreaterThan(before.from);
    expect(after.to - after.from).toBeCloseTo(before.to - before.from, 2);
    const map = (await page.locator('.tl-map').boundingBox())!;
    await page.mouse.click(map.x + map.width * 0.9, map.y + 30);
    const moved = await sight();
    expect((moved.from + moved.to) / 2 / 29.99).toBeCloseTo(0.9, 1);
    await page.mouse.dblclick(map.x + map.width * 0.2, map.y + 30);
    expect((await sight()).from).toBe(0);
  });

  it('by keys', async () => {
    await open();
    const opening = await sight();
    await press('w', 'w');
    const near = await sight();
    expect(near.to - near.from).toBeLessThan((opening.to - opening.from) / 2);
    await press('s', 's', 'd', 'a');
    expect((await sight()).from).toBeCloseTo(opening.from, 2);
    await press('0');
    expect((await sight()).from).toBe(0);
    await press('+', 'Home');
    expect((await sight()).from).toBe(0);
    await press('End');
    expect((await sight()).to).toBeGreaterThan(29.9);
    await press('j');
    expect(await sight()).toEqual(opening);
  });

  it('from place to place where anomalies are far apart', async () => {
    await open(manyAnomalies());
    const first = await sight();
    await press('n');
    await press('n');
    const early = await sight();
    expect(early.to - early.from).toBeLessThan((first.to - first.from) / 10);
    await press('n');
    expect((await sight()).from).toBeGreaterThan(early.to);
    await press('Shift+N');
    expect(await sight()).toEqual(early);
    expect(await said()).toContain('lost-write');
  });

  it('operation by operation', async () => {
    await open();
    await press('ArrowRight');
    const first = await said();
    expect(first).toMatch(/^Selected: /);
    expect(first).toContain(await details().locator('h3 bdi').textContent());
    await press('ArrowRight');
    const second = await said();
    expect(second).not.toBe(first);
    await press('ArrowLeft');
    expect(await said()).toBe(first);
    await press('ArrowDown');
    const below = await said();
    expect(below).not.toBe(first);
    const process = /process \d+/.exec(below!)![0];
    await press(']');
    expect(await said()).toContain(process);
    await press('.');
    expect(await said()).not.toBe(below);
    await press('Escape');
    expect(await details().textContent()).toContain('Select an operation');
  });

  it('by the help, which lists the keys', async () => {
    await open();
    await press('?');
    const help = page.getByRole('dialog', { name: /keyboard/ });
    expect(await help.textContent()).toContain('jump to the anomaly');
    await page.keyboard.press('Escape');
    expect(await help.isVisible()).toBe(false);
  });
});

describe('choosing what is shown', () => {
  it('by chips, which never hide what proves the anomaly', async () => {
    await open();
    await page.getByLabel('Filter by outcome').selectOption('fail');
    const rows = await table();
    expect(await numbered()).toEqual(['1', '2', '3']);
    expect(rows.filter((row) => row[6] !== 'fail')).toHaveLength(3);
    await page.getByLabel('Filter by node').selectOption('n1');
    for (const row of await table()) expect(/^\d$/.test(row[0]!) || row[2] === 'n1').toBe(true);
    await page.getByRole('button', { name: 'Remove the filter outcome fail' }).click();
    expect((await table()).some((row) => row[6] === 'ok' && row[0] === 'select')).toBe(true);
    await page.getByRole('button', { name: 'Remove every filter' }).click();
    expect((await table()).some((row) => row[2] === 'n5')).toBe(true);
  });

  it('by the search box, which filters and finds', async () => {
    await open();
    await search().fill('key:2 outcome:info timeout');
    await search().press('Enter');
    expect(await page.getByRole('button', { name: 'Remove the filter key 2' }).isVisible()).toBe(true);
    expect(await said()).toMatch(/^1 of \d+ with “timeout”/);
    expect(await details().textContent()).toContain('timeout: no answer');
    await search().press('Enter');
    expect(await said()).toMatch(/^2 of \d+ with “timeout”/);
    await search().fill('no such thing');
    await search().press('Enter');
    expect(await said()).toContain('Nothing has');
  });

  it('with lanes by process or by node', async () => {
    await open();
    const height = async () => (await canvas().boundingBox())!.height;
    const byProcess = await height();
    await page.getByRole('radio', { name: 'by node' }).check();
    expect(await height()).not.toBe(byProcess);
    await press('l');
    expect(await height()).toBe(byProcess);
    expect(await page.getByRole('radio', { name: 'by process' }).isChecked()).toBe(true);
  });
});

describe('a link', () => {
  it('shows the same place', async () => {
    await open();
    await press('ArrowRight', 'w', 'w', 'd', 'l');
    await page.getByLabel('Filter by key').selectOption('2');
    const before = [await sight(), await details().textContent()];
    await settled(500);
    const url = page.url();
    expect(url).toMatch(/#op=\d+&t=\d+-\d+&lanes=node&key=2$/);
    await page.goto('about:blank');
    opened.complaints.length = 0;
    await page.goto(url);
    await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    expect([await sight(), await details().textContent()]).toEqual(before);
    expect(await page.getByRole('radio', { name: 'by node' }).isChecked()).toBe(true);
    expect((await timeline().boundingBox())!.y).toBeLessThan(50);
    opened.complaints.length = 0;
  });

  it('of the evidence leads to its operation', async () => {
    await open();
    await press('0');
    await page.evaluate('scrollTo(0, 0)');
    await page.locator('#anomaly table a').nth(1).click();
    expect(await details().textContent()).toContain('write 72 on key 2');
    expect((await timeline().boundingBox())!.y).toBeLessThan(50);
    expect(await page.evaluate('document.activeElement.className')).toBe('tl-canvas');
  });

  it('of the evidence of another anomaly numbers the operations of that one', async () => {
    await open(manyAnomalies());
    expect(await numbered()).toEqual(['1', '2']);
    const other = page.locator('#others > details').filter({ hasText: 'stale-read' }).first();
    await other.locator('summary').first().click();
    await other.locator('a[href^="#op="]').nth(2).click();
    expect(await details().locator('h3').textContent()).toMatch(/^3 read → 71 on key 2/);
    await press('f', 's', 's', 's', 's', 's', 's', 's', 's', 's', 's', 's');
    expect(await numbered()).toEqual(['1', '2', '3']);
  });

  it('that changes by hand is followed, and anchors of the page change nothing', async () => {
    await open();
    await page.evaluate('location.hash = "t=5000000000-6000000000"');
    expect(await sight()).toEqual({ from: 5, to: 6 });
    await page.evaluate('location.hash = "plan"');
    await settled(500);
    expect(await sight()).toEqual({ from: 5, to: 6 });
    expect(page.url()).toMatch(/#plan$/);
  });
});

describe('for every reader', () => {
  it('there is a table of at most 200 operations, with a notice', async () => {
    await open(validRun());
    await press('0');
    expect(await table()).toHaveLength(200);
    expect(await page.locator('.tl-sight').textContent()).toContain('200 of 2400 operations in sight');
    expect(await page.getByRole('region', { name: 'Faults in sight' }).locator('tbody tr').count()).toBe(3);
  });

  it('nothing keeps a screen reader out', async () => {
    await open();
    await press('ArrowRight');
    await table();
    expect(await accessibilityFaults(page, ['#timeline'])).toEqual([]);
  });

  it('paper gets a picture of its own width', async () => {
    await open();
    const before = await page.evaluate(`document.querySelector('.tl-canvas').width`);
    const widths = await page.evaluate<number[]>(`new Promise((resolve) => {
      const canvas = document.querySelector('.tl-canvas');
      dispatchEvent(new Event('beforeprint'));
      const printed = canvas.width;
      dispatchEvent(new Event('afterprint'));
      resolve([printed, canvas.width]);
    })`);
    expect(widths).toEqual([1400, before]);
  });

  it('a long run is a sample, and says so', async () => {
    const history = new ColumnarHistory();
    for (let i = 0; i < 300_000; i++) {
      history.appendInvoke(i * 100_000, i % 7, 'read', i % 3, null, `n${i % 5}`);
      history.appendCompletion(i * 100_000 + 50_000, i % 7, 'ok', i);
    }
    await open({ ...validRun(), history });
    expect(await timeline().textContent()).toMatch(/A sample: 2\d\d,\d{3} of 300,000 operations/);
  });

  it('hostile text stays text', async () => {
    await open(hostile('<script>window.pwned=1</script>'));
    await press('ArrowRight');
    await page.getByLabel('Filter by key').selectOption({ index: 1 });
    expect(await details().textContent()).toContain('<script>');
    expect(await page.locator('.tl-chip').textContent()).toContain('<script>');
    expect(await page.evaluate('window.pwned')).toBe(undefined);
  });

  it('a run with a hundred clients scrolls its lanes', async () => {
    await open(validRun({ ...SMALL, clients: 100, operations: 6000 }));
    expect((await canvas().boundingBox())!.height).toBeLessThan(700);
    await press('0', 'ArrowRight');
    for (let i = 0; i < 20; i++) await press('ArrowDown');
    expect(await said()).toMatch(/^Selected: /);
  });
});
