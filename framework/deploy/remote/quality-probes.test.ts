import { expect, it } from 'vitest';
import { probesFor } from './quality-probes.js';

it('so many probes are sent that a loss is hardly ever missed, and never too many for the link', () => {
  for (const loss of [0.03, 0.1, 0.5, 0.99]) {
    const sent = probesFor({ loss });
    expect((1 - loss) ** sent).toBeLessThan(1e-3);
    expect((1 - loss) ** (sent - 1)).toBeGreaterThanOrEqual(1e-3);
  }
  expect([{}, { loss: 0 }, { loss: 1 }, { rate: 1e9 }].map(probesFor)).toEqual([1, 1, 1, 1]);
  // Rarer than that is not waited for.
  expect(probesFor({ loss: 1e-9 })).toBe(300);
  // A tenth of a second of a slow link would be too long.
  expect(probesFor({ loss: 0.03, rate: 64_000 })).toBe(4);
  expect(probesFor({ loss: 0.03, rate: 1000 })).toBe(1);
});
