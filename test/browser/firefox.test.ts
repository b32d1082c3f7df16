// The page in Debian's Firefox: it opens from disk without a complaint, shows the verdict, and its canvases hold a picture.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../framework/report/report.js';
import type { ReportInput } from '../../framework/report/story.js';
import { everyKind, showing } from '../../framework/report/testing/exhibits.js';
import { hostile, validRun } from '../../framework/report/testing/scenarios.js';
import { Firefox } from './support/firefox.js';

const READY_MS = 20_000;

let firefox: Firefox;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-firefox-pages-'));
  firefox = await Firefox.launch();
}, 90_000);

afterAll(async () => {
  await firefox?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

async function open(input: ReportInput): Promise<void> {
  const file = join(folder, 'report.html');
  writeFileSync(file, renderReport(input));
  await firefox.open(pathToFileURL(file).href);
  await expect
    .poll(() => firefox.evaluate("return document.documentElement.dataset.ready ?? ''"), { timeout: READY_MS })
    .toBe('true');
}

/** How many colours each canvas of a part of the page shows. */
const coloursOf = (part: string) =>
  firefox.evaluate<number[]>(`
    return [...document.querySelectorAll('#${part} canvas')].filter((one) => one.width > 100).map((one) => {
      const { data } = one.getContext('2d').getImageData(0, 0, one.width, one.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });`);

describe('in Firefox', () => {
  it('a report with everything opens, and is drawn', async () => {
    const input = showing({ failing: { valid: false, anomalies: ['stale-read'], exhibits: everyKind() } });
    await open(input);
    expect(await firefox.evaluate('return document.querySelector("h1").textContent')).toBe(input.result.verdict);
    expect(await firefox.evaluate('return document.querySelector("#anomaly .message").textContent')).toBe(
      input.result.anomalies[0]!.message,
    );
    expect(await firefox.evaluate('return document.querySelector("#repeat-command").textContent')).toBe(
      input.result.repeat,
    );
    for (const part of ['timeline', 'exhibits', 'performance']) {
      const colours = await coloursOf(part);
      expect([part, colours.length > 0, colours.filter((count) => count < 4)]).toEqual([part, true, []]);
    }
    expect(await firefox.evaluate('return document.body.innerText.includes("cannot be shown")')).toBe(false);
    expect(await firefox.evaluate('return document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect((await firefox.screenshot()).length).toBeGreaterThan(20_000);
    expect(await firefox.complaints()).toEqual([]);
  });

  it('an operation is chosen by keyboard, and the address has it', async () => {
    await open(validRun());
    await firefox.evaluate(`
      const canvas = document.querySelector('#timeline canvas[role=application]');
      canvas.focus();
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));`);
    await expect.poll(() => firefox.evaluate('return location.hash')).toMatch(/^#op=\d+/);
    expect(await firefox.complaints()).toEqual([]);
  });

  it('hostile text stays text', async () => {
    const text = '</script></style><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
    await open(hostile(text));
    expect(await firefox.evaluate('return [window.wrappedJSObject?.pwned ?? window.pwned ?? null]')).toEqual([null]);
    expect(await firefox.evaluate('return document.querySelectorAll("img").length')).toBe(0);
    expect(await firefox.evaluate('return document.querySelector("h1").textContent')).toBe(text);
    expect(await firefox.complaints()).toEqual([]);
  });

  it('complaints would be seen', async () => {
    writeFileSync(join(folder, 'faulty.html'), '<!doctype html><script>throw new Error("as it should be")</script>');
    await firefox.open(pathToFileURL(join(folder, 'faulty.html')).href);
    expect(await firefox.complaints()).toEqual(['Error: as it should be']);
  });
});
