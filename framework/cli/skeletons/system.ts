// The skeleton of a system: one key-value node that answers reads, writes and compare-and-sets, and keeps them on disk.

export function systemSkeleton(name: string): Record<string, string> {
  return {
    [`${name}.ts`]: `// The system ${name}: its nodes, as a synchronous state machine.
import { defineSystem, type Environment, errorBody, type Message, type Protocol, RPC } from 'chaosplan';

type Key = string | number;

/** One node. With a single node this is linearizable; teach the nodes to replicate, and let the plan prove it. */
export class Node implements Protocol {
  readonly #env: Environment;
  readonly #values = new Map<Key, unknown>();

  constructor(env: Environment) {
    this.#env = env;
  }

  start(): void {
    // What was appended before a crash, and was synced, is here again.
    for (const record of this.#env.log.recover().records) {
      const { key, value } = record as { key: Key; value: unknown };
      this.#values.set(key, value);
    }
    this.#env.print(\`started with \${this.#values.size} keys\`);
  }

  receive(message: Message): void {
    const { body } = message;
    const key = body['key'] as Key;
    switch (body.type) {
      case 'read':
        if (!this.#values.has(key)) this.#env.reply(message, errorBody(RPC.keyDoesNotExist, 'no such key'));
        else this.#env.reply(message, { type: 'read_ok', value: this.#values.get(key) });
        return;
      case 'write':
        this.#store(key, body['value']);
        this.#env.reply(message, { type: 'write_ok' });
        return;
      case 'cas':
        if (this.#values.get(key) !== body['from']) {
          this.#env.reply(message, errorBody(RPC.preconditionFailed, 'another value'));
          return;
        }
        this.#store(key, body['to']);
        this.#env.reply(message, { type: 'cas_ok' });
        return;
      default:
        this.#env.reply(message, errorBody(RPC.notSupported, \`no such request: \${body.type}\`));
    }
  }

  timeout(_timer: string): void {
    // this.#env.setTimer(name, delay) calls this once.
  }

  /** The answer leaves only after the record is on disk: the runtime sees to it. */
  #store(key: Key, value: unknown): void {
    this.#values.set(key, value);
    this.#env.log.append({ key, value });
  }
}

export default defineSystem({
  name: '${name}',
  summary: 'one key-value node that keeps its values on disk',
  guarantees: 'linearizable, with one node',
  workloads: ['register'],
  nodes: (env) => new Node(env),
});
`,
    [`${name}.test.ts`]: `import { run } from 'chaosplan';
import { expect, it } from 'vitest';

it('stays linearizable while its node is killed', async () => {
  const [outcome] = await run(new URL('./${name}.plan.yaml', import.meta.url), { results: null });
  expect(outcome?.result.verdict).toMatch(/^Valid/);
});
`,
    [`${name}.plan.yaml`]: `name: ${name} is linearizable although its node is killed
system: { use: ./${name}.ts, nodes: 1 }
deploy: sim
workload: { use: register, clients: 5, rate: 100/s }
nemeses:
  - { use: kill, every: 5s, for: 1s }
timing: { load: 20s, recover: 5s }
expect: valid
`,
  };
}
