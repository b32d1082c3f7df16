// The skeleton of a checker: no value may be read before it was written.

export function checkerSkeleton(name: string): Record<string, string> {
  return {
    [`${name}.ts`]: `// The checker ${name}: a judge of a history. It knows nothing of the system.
import { type Anomaly, defineChecker, type Exhibit, type Point } from 'chaosplan';

export default defineChecker({
  name: '${name}',
  summary: 'no value is read before a write of it was asked for',
  anomalies: ['read-from-nowhere'],
  check: (history) => {
    // When each value of each key was first asked to be written.
    const asked = new Map<string, number>();
    const name = (key: unknown, value: unknown) => JSON.stringify([key ?? null, value]);
    const note = (key: unknown, value: unknown, time: number) => {
      const written = name(key, value);
      if (!asked.has(written)) asked.set(written, time);
    };
    // In order of invocation; every operation carries its outcome, value and times.
    for (const { f, key, asked: value, invoked } of history.operations()) {
      if (f === 'write') note(key, value, invoked);
      if (f === 'cas') note(key, (value as [unknown, unknown])[1], invoked);
    }
    const anomalies: Anomaly[] = [];
    const right: Point[] = [];
    const wrong: Point[] = [];
    for (const { f, key, outcome, value, index, process, invoked, completed } of history.operations()) {
      if (f !== 'read' || outcome !== 'ok' || value === null) continue;
      // Time and value of a point, and the operation that a click on it leads to.
      const point: Point = [completed!, (completed! - invoked) / 1e6, index];
      if ((asked.get(name(key, value)) ?? Number.POSITIVE_INFINITY) <= completed!) {
        right.push(point);
        continue;
      }
      wrong.push(point);
      anomalies.push({
        name: 'read-from-nowhere',
        message: \`process \${process} read \${JSON.stringify(value)}, which nobody had asked to write\`,
        operations: [index],
      });
    }
    const reads = right.length + wrong.length;
    if (reads === 0) return { valid: 'unknown', anomalies, reason: 'nothing was read' };
    // What the report draws, with the faults behind it.
    const picture: Exhibit = {
      kind: 'chart',
      title: 'Reads, and how long they took',
      unit: 'ms',
      series: [
        { name: 'read', shape: 'points', points: right },
        { name: 'read from nowhere', shape: 'points', points: wrong, wrong: true },
      ],
    };
    return { valid: anomalies.length === 0, anomalies, details: { reads }, exhibits: [picture] };
  },
});
`,
    [`${name}.test.ts`]: `import { check, run } from 'chaosplan';
import { expect, it } from 'vitest';
import checker from './${name}.js';

const operation = (process: number, f: string, asked: unknown, value: unknown, time: number) => [
  { process, type: 'invoke' as const, f, key: 'x', value: asked, time },
  { process, type: 'ok' as const, f, key: 'x', value, time: time + 10 },
];

it('catches a lie', async () => {
  const verdict = await check(checker, [...operation(0, 'write', 1, 1, 0), ...operation(1, 'read', null, 2, 20)]);
  expect(verdict).toMatchObject({ valid: false, anomalies: [{ name: 'read-from-nowhere' }] });
});

it('accepts the truth', async () => {
  const verdict = await check(checker, [...operation(0, 'write', 1, 1, 0), ...operation(1, 'read', null, 1, 20)]);
  expect(verdict.valid).toBe(true);
});

it('judges a run', async () => {
  const [outcome] = await run(new URL('./${name}.plan.yaml', import.meta.url), { results: null });
  expect(outcome?.result.checks).toHaveProperty(['${name}', 'valid'], true);
});
`,
    [`${name}.plan.yaml`]: `name: raft judged by ${name}
system: { use: raft, nodes: 3 }
deploy: sim
workload: { use: register, clients: 5, rate: 100/s }
timing: { load: 10s, recover: 2s }
checks: [./${name}.ts]
expect: valid
`,
  };
}
