// What the checks show, in a real browser: charts explored by pointer and keyboard, tables that sort, and texts that stay texts.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import counter from '../../checkers/counter.js';
import recovery from '../../checkers/recovery.js';
import setFull from '../../checkers/set-full.js';
import splitBrain from '../../checkers/split-brain.js';
import { judge, Script } from '../../checkers/testing/script.js';
import type { Verdict } from '../../framework/contracts/checker.js';
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import { everyKind, showing } from '../../framework/report/testing/exhibits.js';
import { staleRead } from '../../framework/report/testing/scenarios.js';
import { accessibilityFaults } from './support/axe.js';
import { type Opened, Reports } from './support/open.js';

const HOSTILE = '</script><img src=x onerror="window.pwned=1">\u202egpj<b>';
const SHOWN = '</script><img src=x onerror="window.pwned=1">⟨U+202E⟩gpj<b>';

/** The operation behind what is wrong: the first one of the anomaly that the page opens with. */
const OPERATION = staleRead().result.anomalies[0]!.operations![0]!;

let reports: Reports;
let page: Page;
let complaints: Opened['complaints'];

beforeAll(async () => {
  reports = await Reports.launch();
  ({ page, complaints } = await reports.open(
    showing({
      failing: { valid: false, anomalies: ['lost-element'], exhibits: everyKind('reads', OPERATION) },
      odd: { exhibits: everyKind(HOSTILE), details: { exhibitsLeftOut: [`Exhibit 4 was left out: ${HOSTILE}.`] } },
    }),
  ));
});

afterAll(async () => {
  await reports?.close();
});

const exhibits = () => page.locator('#exhibits');
const figure = (title: string) =>
  page.locator('#exhibits figure', { has: page.getByRole('heading', { name: title }) }).first();
const picture = (title: string) => figure(title).locator('.picture');
const spoken = (title: string) => figure(title).locator('[role=status]');

/** Where an instant of the chart of values (0 to the end of the run) or a row of lanes is, on the screen. */
async function pointTo(title: string, seconds: number, height: number): Promise<{ x: number; y: number }> {
  await picture(title).scrollIntoViewIfNeeded();
  const box = (await picture(title).boundingBox())!;
  const label = await page.locator('#exhibits .chart-tools .shown').textContent();
  const [from = 0, to = 1] = (label ?? '').split(' to ').map(Number.parseFloat);
  // As wide as the widest label on the left, which is tried out: the pointer says where it is.
  let [low, high] = [box.x, box.x + box.width];
  for (let i = 0; i < 16; i++) {
    const x = (low + high) / 2;
    await page.mouse.move(x, box.y + height);
    const said = Number.parseFloat((await picture(title).locator('.said').textContent()) ?? '');
    if (said < Math.min(to, Math.max(from, seconds))) low = x;
    else high = x;
  }
  await page.mouse.move(high, box.y + height);
  return { x: high, y: box.y + height };
}

/** Some other place of the timeline, so that it can be seen when it changes. */
const elsewhere = () => page.evaluate("location.hash = 'op=0'");
const isOpened = () => expect.poll(() => page.url()).toContain(`op=${OPERATION}&`);

/** Pixels by colour, as `#rrggbb`. */
const COLOURS = `(shown) => {
  const { width, height } = shown;
  const copy = Object.assign(document.createElement('canvas'), { width, height });
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(shown, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const found = {};
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] !== 255) continue;
    const parts = [data[i], data[i + 1], data[i + 2]].map((part) => part.toString(16).padStart(2, '0'));
    found['#' + parts.join('')] = (found['#' + parts.join('')] ?? 0) + 1;
  }
  return found;
}`;
const CANVAS = "document.querySelector('#exhibits canvas')";
const BAD = "getComputedStyle(document.documentElement).getPropertyValue('--bad').trim()";

describe('what the checks show', () => {
  it('stands on the page, that of failing checks first, with a way to it', async () => {
    const titles = await page.locator('#exhibits h3').allTextContents();
    expect(titles).toHaveLength(6);
    expect(titles[0]).toContain('Values of reads');
    expect(titles[0]).toContain('failing: lost-element');
    expect(titles[3]).toContain(`Values of ${SHOWN}`);
    expect(titles[3]).toContain('odd: valid');
    await page.getByRole('link', { name: 'What the checks saw' }).click();
    expect((await exhibits().boundingBox())!.y).toBeLessThan(300);
    for (const canvas of await page.locator('#exhibits canvas').all()) {
      expect((await canvas.boundingBox())!.width).toBeGreaterThan(400);
    }
  });

  it('is linked from the anomaly that its check found', async () => {
    const checker = staleRead().result.anomalies[0]!.checker;
    const opened = await reports.open(showing({ [checker]: { exhibits: everyKind('evidence') } }));
    await opened.page.locator('#anomaly').getByRole('link', { name: 'Lanes of evidence' }).click();
    const box = await opened.page.locator('figure', { hasText: 'Lanes of evidence' }).boundingBox();
    expect(box!.y).toBeLessThan(500);
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });

  it('is drawn: what is wrong in its colour, in light and in dark', async () => {
    const colours = async () => {
      const drawn = (await page.evaluate(`(${COLOURS})(${CANVAS})`)) as Record<string, number>;
      const bad = (await page.evaluate(BAD)) as string;
      return { bad, count: drawn[bad] ?? 0 };
    };
    const light = await colours();
    expect(light.count).toBeGreaterThan(8);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(async () => (await colours()).bad).not.toBe(light.bad);
    await expect.poll(async () => (await colours()).count).toBeGreaterThan(8);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(colours).toEqual(light);
  });

  it('says what is under the pointer, in all charts at once, and a click leads to the operation', async () => {
    const at = await pointTo('Lanes of reads', 2.1, 35);
    const said = picture('Lanes of reads').locator('.said');
    expect(await said.textContent()).toContain('✕ n2: twice reads');
    for (const line of await page.locator('#exhibits .picture .pointer').all())
      expect(await line.isVisible()).toBe(true);
    const steps = figure('Values of reads').getByRole('button', { name: /^steps/ });
    expect(await steps.textContent()).toBe('steps4 ms');
    await page.mouse.click(at.x, at.y);
    await isOpened();
    await page.mouse.move(2, 2);
    expect(await said.isVisible()).toBe(false);
    expect(await page.locator('#exhibits .pointer').first().isVisible()).toBe(false);
  });

  it('zooms all charts by dragging, and shows the whole run again', async () => {
    const range = page.locator('#exhibits .chart-tools .shown');
    const whole = await range.textContent();
    const from = await pointTo('Values of reads', 5, 90);
    const to = await pointTo('Values of reads', 10, 90);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y);
    await page.mouse.up();
    const [low = 0, high = 0] = ((await range.textContent()) ?? '').split(' to ').map(Number.parseFloat);
    expect([Math.round(low), Math.round(high)]).toEqual([5, 10]);
    await exhibits().getByRole('button', { name: 'Whole run' }).click();
    expect(await range.textContent()).toBe(whole);
  });

  it('is explored by keyboard, and told to screen readers', async () => {
    await elsewhere();
    await picture('Values of reads').focus();
    await page.keyboard.press('ArrowDown');
    expect(await spoken('Values of reads').textContent()).toContain('✕ wrong reads: 30 ms');
    await page.keyboard.press('Home');
    expect(await spoken('Values of reads').textContent()).toMatch(/^0\.000 s; /);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('+');
    expect(await page.locator('#exhibits .chart-tools .shown').textContent()).not.toContain('0.000 s to');
    await page.keyboard.press('Escape');
    expect(await page.locator('#exhibits .chart-tools .shown').textContent()).toContain('0.000 s to');
    await page.keyboard.press('Enter');
    await isOpened();
    const name = await picture('Lanes of reads').getAttribute('aria-label');
    expect(name).toContain('Lanes of reads. 3 points and spans, 1 of them wrong.');
  });

  it('hides and shows what the legend says', async () => {
    const button = figure('Values of reads').getByRole('button', { name: 'wrong reads' });
    const image = () => page.evaluate(`${CANVAS}.toDataURL()`);
    const before = await image();
    await button.press('Enter');
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    expect(await image()).not.toBe(before);
    await button.press('Enter');
    expect(await image()).toBe(before);
  });

  it('is there as a table, too, what is wrong first', async () => {
    const details = figure('Values of reads').locator('details');
    await details.locator('summary').press('Enter');
    const rows = details.locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(1 + 40 + 40 + 40 + 40);
    expect(await rows.first().locator('td').allTextContents()).toEqual([
      '4.000 s',
      '✕ wrong reads',
      '30',
      '',
      `show ${OPERATION}`,
    ]);
    await details.locator('summary').press('Enter');
  });

  it('has tables that sort by each column, and lead to operations', async () => {
    const table = figure('A table of reads');
    const column = (n: number) => table.locator(`tbody tr td:nth-child(${n})`).allTextContents();
    expect(await column(3)).toEqual(['2.000 s', '3.000 s', '']);
    await table.getByRole('button', { name: 'how many' }).press('Enter');
    expect(await column(2)).toEqual(['9', '10', '']);
    await table.getByRole('button', { name: 'how many' }).press('Enter');
    expect(await column(2)).toEqual(['10', '9', '']);
    expect(await table.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    await table.getByRole('button', { name: 'what', exact: true }).click();
    expect(await column(1)).toEqual(['a', 'b reads', 'c']);
    await elsewhere();
    await table.getByRole('button', { name: `show ${OPERATION}` }).press('Enter');
    await isOpened();
  });

  it('shows hostile texts as texts', async () => {
    expect(await page.evaluate('window.pwned')).toBe(undefined);
    expect(await page.locator('img').count()).toBe(0);
    expect(await figure('A table of <').locator('tbody td').first().textContent()).toBe(`b ${SHOWN}`);
    expect(await exhibits().textContent()).toContain(`odd: Exhibit 4 was left out: ${SHOWN}.`);
    await pointTo('Lanes of <', 5, 14);
    expect(await picture('Lanes of <').locator('.said').textContent()).toContain(`term 1 ${SHOWN}`);
  });

  it('has no serious accessibility fault, and nothing is wider than the page', async () => {
    expect(await accessibilityFaults(page, ['#exhibits'])).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1440);
  });

  it('prints without what only a pointer can use', async () => {
    await page.emulateMedia({ media: 'print' });
    expect(await exhibits().locator('.as-table').first().isVisible()).toBe(false);
    expect(await exhibits().locator('canvas').first().isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });
  });

  it('needs nothing else and complains of nothing', () => {
    expect(complaints).toEqual([]);
  });
});

describe('what the checkers of the package show', () => {
  it('is drawn from their verdicts', async () => {
    const adds = new Script().phase('load').did(0, 'add', 5).did(1, 'read', null, 9).at(40).fault('kill', 'inject');
    const faulty = adds.at(80).fault('kill', 'heal').phase('heal').at(100).did(1, 'read', null, 5).phase('end');
    const set = new Script().did(0, 'add', 7).at(10).did(1, 'read', null, [7]).at(20).did(1, 'read', null, []);
    const led = (ms: number, node: string): NodeEvent => ({
      time: ms * 1e6,
      node,
      kind: 'report',
      state: { role: 'leader', term: 1, leader: node },
    });
    const check = ({ valid, anomalies, exhibits = [] }: Verdict) => ({
      valid,
      anomalies: anomalies.map(({ name }) => name),
      exhibits,
    });
    const opened = await reports.open(
      showing({
        counter: check(judge(counter, faulty)),
        recovery: check(judge(recovery, faulty)),
        'set-full': check(judge(setFull, set)),
        'split-brain': check(judge(splitBrain, faulty, { events: [led(1, 'n1'), led(50, 'n2')] })),
      }),
    );
    const seen = await opened.page
      .locator('#exhibits .picture')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!.split(' Left and right')[0]));
    expect(seen).toEqual([
      'What reads returned, and what they may have returned. 2 points and spans, 1 of them wrong.',
      'Elements that reads contradict. 3 points and spans, 1 of them wrong.',
      'Who led, by the nodes’ own reports. 2 points and spans, 2 of them wrong.',
      'How long nodes took to answer again after faults had healed. 1 point or span, none of them wrong.',
    ]);
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });

  it('is no part of the page when no check shows anything', async () => {
    const opened = await reports.open(staleRead());
    expect(await opened.page.locator('#exhibits').count()).toBe(0);
    expect(await opened.page.getByRole('link', { name: 'What the checks saw' }).count()).toBe(0);
    await opened.page.context().close();
  });
});
