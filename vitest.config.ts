import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{framework,systems,workloads,nemeses,checkers,fuzz,soak,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/hosts/**', 'test/browser/**'],
    testTimeout: 30_000,
    // By default one core is left free, which on two cores means one file after the other.
    maxWorkers: '100%',
  },
});
