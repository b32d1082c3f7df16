import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What they find or measure depends on how much of the machine they have: all of it. */
const ALONE = ['test/hosts/planted.test.ts', 'test/hosts/host-faults.test.ts'];

/** Begun first, so that the last file to end is a short one. */
const LONG = ['container', 'runs', 'command-plans', 'cluster', 'tools', 'ssh-host', 'network', 'link-quality'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.indexOf(basename(moduleId, '.test.ts'));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

const limits = { testTimeout: 120_000, hookTimeout: 120_000 };

/**
 * Tests on real hosts: namespaces, sshd, container engines. They need root and Debian's packages (docs/hosts.md). Two files run beside
 * each other, as most of their time is waiting; so every name, network and folder that a file makes is its own.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        // Vitest begins these when all others have ended.
        test: { ...limits, name: 'alone', include: ALONE, fileParallelism: false },
      },
      {
        test: {
          ...limits,
          name: 'beside',
          include: ['test/hosts/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
        },
      },
    ],
  },
});
