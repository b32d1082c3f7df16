import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{framework,systems,workloads,nemeses,checkers,fuzz,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 30_000,
  },
});
