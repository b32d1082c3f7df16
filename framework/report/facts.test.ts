import { expect, it } from 'vitest';
import { facts } from './facts.js';
import type { Case } from './story.js';

function said(evidence: Record<string, unknown>): string {
  const anomaly = { name: 'x', checker: 'y', message: 'z', evidence };
  const found: Case = { anomaly, operations: [], hidden: 0, moments: [], span: undefined };
  return facts(found)
    .markup.replace(/<\/(li|dd)>/g, ' | ')
    .replace(/<[^>]*>/g, '')
    .trim();
}

it('shows instants as instants, and a few records a line each', () => {
  const groups = [
    { value: 'a1', nodes: ['n1', 'n2'], since: 2_500_000_000 },
    { value: 7, nodes: [], since: null },
  ];
  expect(said({ from: 1_000_000_000, quiet: 1_500_000_000, groups })).toBe(
    'What the checker addsfrom1.000000 s | quiet1.500000 s | groupsvalue a1, nodes n1 and n2, since 2.500000 s | value 7, nodes , since null |  |',
  );
});

it('shows anything else as it is', () => {
  expect(said({ deep: [{ a: { b: 1 } }], empty: [], number: 3 })).toBe(
    'What the checker addsdeep[{&quot;a&quot;: {&quot;b&quot;: 1}}] | empty[] | number3 |',
  );
});
