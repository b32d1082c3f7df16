// What would keep people out of a page: the rules of axe-core, run inside it.
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const { source } = createRequire(import.meta.url)('axe-core') as { source: string };

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Serious and critical faults of the whole page, or of the parts that selectors name, each with where it is. */
export async function accessibilityFaults(page: Page, parts: readonly string[] = []): Promise<string[]> {
  // Evaluated by the browser itself, so that the page's policy needs no exception.
  await page.evaluate(source);
  const what = parts.length === 0 ? 'document' : JSON.stringify({ include: parts.map((part) => [part]) });
  const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${what})`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
