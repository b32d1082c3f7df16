import { defineConfig } from 'vitest/config';

/** Tests that open reports and the pages of `chaos serve` in real browsers: Debian's chromium and firefox-esr. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
  },
});
