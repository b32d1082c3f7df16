// Opens a report from disk in Debian's chromium and gathers what it complains about.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderReport } from '../../../framework/report/report.js';
import type { ReportInput } from '../../../framework/report/story.js';

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

/** What people see without scrolling on the screen that the page is made for. */
export const FOLD = { width: 1440, height: 900 };

export interface Opening {
  readonly script?: boolean;
  readonly colours?: 'light' | 'dark';
  /** With its `#`. */
  readonly fragment?: string;
}

export interface Opened {
  readonly page: Page;
  /** Console messages, page errors, dialogs, and requests other than the page itself. */
  readonly complaints: string[];
}

export async function launchChromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`no browser at ${CHROMIUM}: install it (apt-get install -y chromium) or set CHROMIUM to its path`);
  }
  return chromium.launch({ executablePath: CHROMIUM, args: QUIET });
}

export class Reports {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-browser-'));
  #pages = 0;

  static async launch(): Promise<Reports> {
    return new Reports(await launchChromium());
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Resolves when the page's script has shown all of its parts, or at once where it is switched off. */
  open(input: ReportInput, options: Opening = {}): Promise<Opened> {
    const file = join(this.#folder, `report-${++this.#pages}.html`);
    writeFileSync(file, renderReport(input));
    return this.openFile(file, options);
  }

  /** As `open`, of a page that is written already. */
  async openFile(file: string, { script = true, colours = 'light', fragment = '' }: Opening = {}): Promise<Opened> {
    const url = pathToFileURL(file).href;
    const context = await this.#browser.newContext({
      viewport: FOLD,
      javaScriptEnabled: script,
      colorScheme: colours,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url) complaints.push(`request: ${request.url()}`);
    });
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(`${url}${fragment}`);
    if (script) await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    return { page, complaints };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
