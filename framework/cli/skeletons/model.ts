// The skeleton of a model for the checker linearizable: a register that can be read, written and compared-and-set.

export function modelSkeleton(name: string): Record<string, string> {
  return {
    [`${name}.ts`]: `// The model ${name}: what operations mean when they happen one after the other.
import { defineModel, ILLEGAL } from 'chaosplan';

// States are JSON values here; others need a function identity(state).
type State = unknown;

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export default defineModel<State>({
  name: '${name}',
  summary: 'a register with compare-and-set',
  // What tells operations apart: what was asked, what came out, or both. Pure ones never change the state.
  functions: {
    read: { observes: 'output', pure: true },
    write: { observes: 'input' },
    cas: { observes: 'input' },
  },
  initial: (value) => value,
  // The next state, or ILLEGAL where the operation cannot happen. An operation that never completed has no output.
  step(state, f, input, output) {
    if (f === 'read') return output === undefined || same(output, state) ? state : ILLEGAL;
    if (f === 'write') return input;
    const [from, to] = input as [unknown, unknown];
    return same(state, from) ? to : ILLEGAL;
  },
  // Told before anything is judged, with the line of the file.
  problem: (f, input) =>
    f === 'cas' && !(Array.isArray(input) && input.length === 2) ? 'a cas takes [from, to]' : undefined,
});
`,
    [`${name}.test.ts`]: `import { checkLinearizable, type LooseOperation, run } from 'chaosplan';
import { expect, it } from 'vitest';
import model from './${name}.js';

const operation = (f: string, asked: unknown, value: unknown, invoked: number): LooseOperation => ({
  process: 0,
  f,
  asked,
  value,
  invoked,
  completed: invoked + 1,
});
const written = [operation('write', 1, 1, 0), operation('cas', [1, 2], [1, 2], 10)];

it('catches a lie', () => {
  const result = checkLinearizable([...written, operation('read', null, 1, 20)], { model });
  expect(result.valid).toBe(false);
});

it('accepts the truth', () => {
  const result = checkLinearizable([...written, operation('read', null, 2, 20)], { model });
  expect(result.valid).toBe(true);
});

it('judges a run', async () => {
  const [outcome] = await run(new URL('./${name}.plan.yaml', import.meta.url), { results: null });
  expect(outcome?.result.checks).toHaveProperty(['linearizable', 'valid'], true);
});
`,
    [`${name}.plan.yaml`]: `name: raft judged by the model ${name}
system: { use: raft, nodes: 3 }
deploy: sim
workload: { use: register, clients: 5, rate: 100/s }
timing: { load: 10s, recover: 2s }
checks: [{ linearizable: { model: ./${name}.ts } }]
expect: valid
`,
  };
}
