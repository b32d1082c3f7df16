import { defineConfig } from 'vitest/config';

/** Tests on real hosts: namespaces, sshd, container engines. They need root and Debian's packages (docs/hosts.md), and run one by one. */
export default defineConfig({
  test: {
    include: ['test/hosts/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
