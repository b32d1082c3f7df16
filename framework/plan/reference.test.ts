// The reference page: complete, and tables that Markdown reads as tables.
import { expect, it } from 'vitest';
import { planReference } from './reference.js';
import { world } from './testing/load.js';

it('tells every key, option, bug and anomaly', async () => {
  const page = await planReference(world);
  for (const row of [
    '| `name` | a short text | required |',
    '| `nodes` | a whole number from 1 to 99 | `5` | How many nodes; they are called n1, n2 and so on, those of the system maelstrom n0, n1 and so on. |',
    '| `reads` | one of read-index or lease | `read-index` | How reads are answered. |',
    '| `limits.rate` | a rate such as 200/s | `50/s` | Most per second. |',
    '| `bug` | one of none or stale-reads | `none` |',
    '| `stale-reads` | Reads from its own state. | `stale-read` |',
    '- Also known as `lin-kv` ({"keys":3,"strict":true}).',
    '- Judges every run.',
    '| `grace` | a duration such as 10s or 500ms | `2s` | Time to stop. |',
  ]) {
    expect(page).toContain(row);
  }
});

it('has as many cells in every row as in its head', async () => {
  const page = await planReference(world);
  const widths = (table: string) =>
    new Set(table.split('\n').map((row) => row.replaceAll('\\|', '').split('|').length));
  const tables = page.match(/(^\|.*\n?)+/gm) ?? [];
  expect(tables.length).toBeGreaterThan(10);
  for (const table of tables) expect(widths(table.trim()).size).toBe(1);
});

it('is the same every time', async () => {
  expect(await planReference(world)).toBe(await planReference(world));
});
