// The skeleton of a workload: reads and writes of one key.

export function workloadSkeleton(name: string): Record<string, string> {
  return {
    [`${name}.ts`]: `// The workload ${name}: which operations clients issue, how they travel, and which checks judge them.
import { defineWorkload, option } from 'chaosplan';

interface Options {
  reads: number;
}

interface Shared {
  written: number;
}

export default defineWorkload<Options, Shared>({
  name: '${name}',
  summary: 'reads and writes of one key, every write with a value of its own',
  options: {
    reads: option.percent('how many of the operations are reads', '50%'),
  },
  // What the generators of one run share.
  shared: () => ({ written: 0 }),
  // Yields one operation after the other; \`yield\` returns what came of it.
  *operations({ random, options, shared }) {
    for (;;) {
      if (random.chance(options.reads)) yield { f: 'read', key: 'x', value: null };
      else yield { f: 'write', key: 'x', value: ++shared.written };
    }
  },
  // After everything has healed, once per node.
  *final() {
    yield { f: 'read', key: 'x', value: null };
  },
  rpc: {
    read: {
      request: ({ key }) => ({ type: 'read', key }),
      result: (reply) => reply['value'],
      readOnly: true,
      // Error 20, "no such key", is an answer: nothing was written yet.
      answers: { 20: null },
    },
    write: {
      request: ({ key, value }) => ({ type: 'write', key, value }),
      result: (_reply, { value }) => value,
    },
  },
  reads: ['read'],
  checks: [{ use: 'linearizable' }],
});
`,
    [`${name}.test.ts`]: `import { run } from 'chaosplan';
import { expect, it } from 'vitest';

it('finds nothing wrong with a correct system', async () => {
  const [outcome] = await run(new URL('./${name}.plan.yaml', import.meta.url), { results: null });
  expect(outcome?.result.verdict).toMatch(/^Valid/);
  expect(outcome?.result.coverage.operations).toHaveProperty('write');
});
`,
    [`${name}.plan.yaml`]: `name: raft under ${name}
system: { use: raft, nodes: 3 }
deploy: sim
workload: { use: ./${name}.ts, clients: 5, rate: 100/s, with: { reads: 60% } }
nemeses:
  - { use: partition, every: 10s, for: 5s }
timing: { load: 20s, recover: 5s }
expect: valid
`,
  };
}
