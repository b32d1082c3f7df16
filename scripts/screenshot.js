// node scripts/screenshot.js PAGE.html PICTURE.png [dark]: the top of a report as a picture, for the docs (needs Debian's chromium).
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [page, picture, scheme = 'light'] = process.argv.slice(2);
if (page === undefined || picture === undefined) {
  process.stderr.write('usage: node scripts/screenshot.js PAGE.html PICTURE.png [light|dark]\n');
  process.exit(254);
}
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
  ],
});
try {
  const tab = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: scheme });
  await tab.goto(pathToFileURL(resolve(page)).href);
  await tab.screenshot({ path: picture });
} finally {
  await browser.close();
}
