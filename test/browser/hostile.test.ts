// What somebody else chose (values, keys, errors, logs, names of nodes and plans, exhibits, notices) is shown as text, whatever it holds.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportInput } from '../../framework/report/story.js';
import { everyKind } from '../../framework/report/testing/exhibits.js';
import { hostile } from '../../framework/report/testing/scenarios.js';
import { Reports } from './support/open.js';

const RUNS = '<script>window.pwned=1</script><img src=x onerror="window.pwned=1"><svg onload="window.pwned=1">';
const BYTES = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));

const TEXTS: Readonly<Record<string, string>> = {
  'a script': RUNS,
  'the end of a script': `</script>${RUNS}</style>${RUNS}</title>${RUNS}</noscript>${RUNS}`,
  'the beginning of a comment': `<!-- ${RUNS}`,
  'a comment within a script': `<!--<script>${RUNS}`,
  'the end of CDATA': `]]>${RUNS}`,
  'attributes that end': `" autofocus onfocus="window.pwned=1" x='\`>${RUNS}`,
  'entities and templates': `&lt;b&gt; &#60;script&#62; \${window.pwned=1} {{window.pwned=1}} javascript:window.pwned=1`,
  'a long word': 'x'.repeat(30_000),
  'long lines': 'a word and another one '.repeat(2000),
  'every byte': BYTES,
  'right to left': `\u202e\u2067abc אבגד\u2069 مرحبا \u200f\u061c${RUNS}`,
  'colours of terminals': '\u001b[31mred\u001b[0m \u001b]8;;http://127.0.0.1/\u0007link\u001b]8;;\u0007 \u009b2J',
  'broken characters': 'half \ud800 and \udfff, \ufeff\u0000\u2028\u2029, a̶̡͔ͅ tower: Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞',
  'nothing but spaces': ' \t\n \u00a0\u3000 ',
  'names of what objects have': '__proto__',
};

/** `text` wherever a page can hold text of a run: the result, the plan, node logs, exhibits, notices, explanations. */
function everywhere(text: string): ReportInput {
  const input = hostile(text);
  const { result } = input;
  const [name, check] = Object.entries(result.checks)[0]!;
  const checks = { ...result.checks, [name]: { ...check, exhibits: everyKind(text) } };
  const file = { path: `nodes/${text.slice(0, 60)}/node.log`, size: 3, lines: () => [text, `12.000001 ${text}`, text] };
  return {
    ...input,
    result: { ...result, checks: checks as typeof result.checks },
    notices: [text],
    explains: Object.fromEntries([
      [text, { meaning: text, breaks: [text], example: [text], causes: [text], see: [text] }],
    ]) as unknown as NonNullable<ReportInput['explains']>,
    nodeFiles: () => [file],
  };
}

let reports: Reports;

beforeAll(async () => {
  reports = await Reports.launch();
});

afterAll(async () => {
  await reports?.close();
});

/** What makes the page wider than the window: elements beyond its right edge that nothing cuts off or scrolls. */
const tooWide = (page: Page) => page.evaluate<string[]>(TOO_WIDE);
const TOO_WIDE = `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth)
  .filter((one) => { for (let at = one; at !== document.body; at = at.parentElement) if (getComputedStyle(at).overflowX !== 'visible') return false; return true; })
  .map((one) => one.closest('[id]')?.id + ': ' + one.tagName + '.' + one.className)`;
const elements = (page: Page, selector: string) => page.locator(selector).count();

describe.each(Object.entries(TEXTS))('%s', (_, text) => {
  it('is shown as text: nothing runs, nothing breaks the page', { timeout: 60_000 }, async () => {
    const { page, complaints } = await reports.open(everywhere(text));
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    // An operation's details, and what the pointer shows.
    const canvas = page.locator('#timeline canvas[role=application]');
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    await canvas.hover();
    await page.locator('#evidence-picture rect.op').first().hover();
    expect(await page.evaluate('window.pwned ?? null')).toBe(null);
    expect(await elements(page, 'img,iframe,object,embed,link,base,form')).toBe(0);
    // The page's own: what unpacks the viewer, and the viewer.
    expect(await elements(page, 'script:not([type="application/octet-stream"])')).toBe(2);
    expect(await elements(page, '[onload],[onerror],[onfocus],[href^="javascript:"],[href^="http"]')).toBe(0);
    expect(await elements(page, 'style')).toBe(1);
    expect(await elements(page, 'main > *')).toBeGreaterThan(8);
    expect(await page.getByText('cannot be shown').count()).toBe(0);
    expect(await tooWide(page)).toEqual([]);
    await page.setViewportSize({ width: 800, height: 900 });
    expect(await tooWide(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('texts', () => {
  it('are shown to the letter, with what nobody can see spelled out', async () => {
    const { page } = await reports.open(everywhere(`${RUNS}\u202egpj \u001b[31m\u0000`));
    const shown = `${RUNS}⟨U+202E⟩gpj ⟨U+001B⟩[31m⟨U+0000⟩`;
    for (const part of [
      'h1',
      '#anomaly .message',
      '#repeat-command',
      '#plan pre',
      '.notices li',
      '#exhibits',
      '#nodes',
    ]) {
      expect([part, (await page.locator(part).first().textContent())?.includes(shown)]).toEqual([part, true]);
    }
    await page.context().close();
  });
});
