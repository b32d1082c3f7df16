// The page as a whole in a real browser: quiet in every state, used by keyboard alone, linked to, printed, read aloud.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyKind, showing } from '../../framework/report/testing/exhibits.js';
import {
  failedRun,
  hostile,
  manyAnomalies,
  staleRead,
  undecided,
  validRun,
} from '../../framework/report/testing/scenarios.js';
import { standingOf } from '../../framework/report/verdict.js';
import { accessibilityFaults } from './support/axe.js';
import { FOLD, Reports } from './support/open.js';

let reports: Reports;

beforeAll(async () => {
  reports = await Reports.launch();
});

afterAll(async () => {
  await reports?.close();
});

async function bottomOf(page: Page, selector: string): Promise<number> {
  const box = await page.locator(selector).first().boundingBox();
  return box === null ? Number.POSITIVE_INFINITY : box.y + box.height;
}

const RUNS = { validRun, staleRead, manyAnomalies, undecided, failedRun, hostile: () => hostile('<script>x</script>') };

describe.each(Object.entries(RUNS))('the report of %s', (_, make) => {
  it.each(['light', 'dark'] as const)('opens quietly and shows the verdict, %s', async (colours) => {
    const input = make();
    const { page, complaints } = await reports.open(input, { colours });
    const heading = page.getByRole('heading', { level: 1 });
    expect(await heading.isVisible()).toBe(true);
    // The word stands beside the sentence where the sentence does not open with it: it is said once.
    const { word } = standingOf(input.result);
    expect((await page.locator('header.verdict').textContent())?.toLowerCase()).toContain(word.toLowerCase());
    expect(`${word}: ${input.result.verdict}`).toContain(await heading.textContent());
    expect(await bottomOf(page, 'h1')).toBeLessThan(200);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(FOLD.width);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

/** Pictures that nobody reads aloud, apart from those that are said to be decoration. */
const UNNAMED_PICTURES = `[...document.querySelectorAll('svg,canvas')].flatMap((picture) => {
  const named = picture.closest('[aria-hidden=true],[aria-label],[aria-labelledby]');
  const ids = (named?.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean);
  const name = named?.getAttribute('aria-label') ?? ids.map((id) => document.getElementById(id)?.textContent).join(' ');
  const isNamed = named?.getAttribute('aria-hidden') === 'true' || (named?.tagName !== 'SECTION' && name.trim() !== '');
  return isNamed ? [] : [picture.tagName + ' in ' + picture.closest('section')?.id];
})`;

describe('the first screen', () => {
  it('holds the anomaly, its evidence, the fault and the command', async () => {
    const { page } = await reports.open(staleRead());
    for (const selector of ['.message', '#evidence-picture', '#anomaly table', '#faults', '#repeat-command']) {
      expect([selector, (await bottomOf(page, selector)) < FOLD.height]).toEqual([selector, true]);
    }
    expect(await page.locator('#faults').textContent()).toContain('kill');
    await page.context().close();
  });

  it('shows an operation when it is pointed at', async () => {
    const { page, complaints } = await reports.open(staleRead());
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
    const { page } = await reports.open(staleRead());
    await page.getByRole('button', { name: 'Copy' }).press('Enter');
    await page.getByRole('button', { name: /Copied|Selected/ }).waitFor();
    expect(await page.locator('#repeat-command').textContent()).toBe(staleRead().result.repeat);
    await page.context().close();
  });

  it('gives every picture and table a name for screen readers', async () => {
    const { page } = await reports.open(staleRead());
    const unnamed = await page.evaluate<string[]>(UNNAMED_PICTURES);
    expect(unnamed).toEqual([]);
    expect(await page.locator('#evidence-picture svg title').first().textContent()).toMatch(/operations/);
    expect(await page.getByRole('table', { name: 'The operations that prove it' }).count()).toBe(1);
    await page.context().close();
  });
});

/** Sections of the page that hold what the keyboard reaches, in the order of the Tab key. */
async function tabbedThrough(page: Page): Promise<string[]> {
  const sections: string[] = [];
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press('Tab');
    const place = await page.evaluate<string>(`(() => {
      const { activeElement } = document;
      if (activeElement === document.body) return '';
      return activeElement.closest('section[id]')?.id ?? activeElement.closest('nav') ? activeElement.closest('section[id]')?.id ?? 'nav' : 'top';
    })()`);
    if (place === '') break;
    if (sections.at(-1) !== place) sections.push(place);
  }
  return sections;
}

describe('with the keyboard alone', () => {
  it('Tab reaches every part in the order of the page, and leaves it again', async () => {
    const { page, complaints } = await reports.open(showing({ failing: { exhibits: everyKind() } }));
    const sections = await tabbedThrough(page);
    const parts = ['anomaly', 'repeat', 'exhibits', 'timeline', 'performance', 'nodes', 'plan'];
    expect(sections.slice(0, 2)).toEqual(['top', 'nav']);
    expect(sections.filter((section) => parts.includes(section))).toEqual(parts);
    // A trap would have ended the walk before the end of the page.
    expect(sections.at(-1)).toBe('plan');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('skips to the timeline, opens its help, and closes it where it was', async () => {
    const { page } = await reports.open(staleRead());
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the timeline');
    await page.keyboard.press('Enter');
    const canvas = page.locator('#timeline canvas[role=application]');
    // What Tab comes to next lies in the timeline.
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.closest('section').id")).toBe('timeline');
    await canvas.focus();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog');
    expect(await help.isVisible()).toBe(true);
    expect(await help.textContent()).toContain('jump to the anomaly');
    await page.keyboard.press('Escape');
    expect(await help.isVisible()).toBe(false);
    expect(await page.evaluate("document.activeElement.matches('#timeline canvas[role=application]')")).toBe(true);
    await page.context().close();
  });
});

describe('a link', () => {
  it('shows the same place in a fresh tab', async () => {
    const input = staleRead();
    const first = await reports.open(input);
    await first.page.locator('#anomaly tbody th a').last().click();
    await first.page.getByRole('radio', { name: 'by node' }).check();
    await expect.poll(() => first.page.url()).toMatch(/#op=\d+.*lanes=node/);
    const looks = (page: Page) =>
      page.evaluate<[string, string, string]>(
        "[...document.querySelectorAll('#timeline .tl-range, #timeline .tl-details')].map((one) => one.textContent).concat(document.querySelector('#timeline canvas[role=application]').toDataURL())",
      );
    const expected = await looks(first.page);
    expect(expected[1]).toContain('read');
    const second = await reports.open(input, { fragment: new URL(first.page.url()).hash });
    expect(await second.page.getByRole('radio', { name: 'by node' }).isChecked()).toBe(true);
    await expect.poll(async () => (await looks(second.page)).slice(0, -1)).toEqual(expected.slice(0, -1));
    expect(second.complaints).toEqual([]);
    for (const { page } of [first, second]) await page.context().close();
  });
});

describe('on paper', () => {
  it('are the verdict, the evidence and the timeline, and nothing that only a screen can use', async () => {
    const { page, complaints } = await reports.open(staleRead(), { colours: 'dark' });
    await page.emulateMedia({ media: 'print' });
    for (const part of ['h1', '.message', '#evidence-picture', '#anomaly table', '#faults', '#repeat-command']) {
      expect([part, await page.locator(part).first().isVisible()]).toEqual([part, true]);
    }
    expect(await page.locator('#timeline canvas[role=application]').isVisible()).toBe(true);
    expect(await page.locator('nav').isVisible()).toBe(false);
    // Those of the charts are their legends.
    expect(await page.locator('button:visible:not(#performance button)').count()).toBe(0);
    // Paper is white, whatever the screen was.
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    const pdf = (await page.pdf({ format: 'A4', printBackground: true })).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect(pdf.match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThan(2);
    // The canvases are pictures there.
    expect(pdf).toMatch(/\/Subtype\s*\/Image/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
