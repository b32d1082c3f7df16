// The skeleton of a nemesis: cuts one node off from the others.

export function nemesisSkeleton(name: string): Record<string, string> {
  return {
    [`${name}.ts`]: `// The nemesis ${name}: what is broken, how it is decided, and how it is injected.
import { defineNemesis, type Injection } from 'chaosplan';

interface Cut extends Injection {
  cuts: [string, string][];
}

export default defineNemesis<Record<string, never>, Cut>({
  name: '${name}',
  summary: 'cuts its targets off from all other nodes, both ways',
  needs: ['partition'],
  // Where the plan does not say.
  targets: 'one',
  // Decides: every random draw is made here, and the result is plain JSON.
  choose: ({ targets, nodes }) => ({
    targets,
    cuts: targets.flatMap((target) =>
      nodes.filter((node) => !targets.includes(node)).flatMap((node): [string, string][] => [
        [target, node],
        [node, target],
      ]),
    ),
  }),
  // Acts: draws nothing, and returns what heals it.
  inject: (injection, faults) => faults.cut(injection.cuts),
});
`,
    [`${name}.test.ts`]: `import { run } from 'chaosplan';
import { expect, it } from 'vitest';

it('strikes, meets operations and heals', async () => {
  const [outcome] = await run(new URL('./${name}.plan.yaml', import.meta.url), { results: null });
  expect(outcome?.result.verdict).toMatch(/^Valid/);
  expect(outcome?.result.coverage.faults).toMatchObject([{ nemesis: '${name}', injected: 2, overlapped: 2 }]);
});
`,
    [`${name}.plan.yaml`]: `name: raft survives ${name}
system: { use: raft, nodes: 5 }
deploy: sim
workload: { use: register, clients: 5, rate: 100/s }
nemeses:
  - { use: ./${name}.ts, every: 10s, for: 5s }
timing: { load: 20s, recover: 5s }
expect: valid
`,
  };
}
