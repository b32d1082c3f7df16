// chaos verify: is an adapter fit for a plan? Every step without faults, with a remedy for the one that fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { type Command, listOption, textOption } from './command.js';
import { elsewhere } from './elsewhere.js';
import { paint } from './io.js';

export const verify: Command = {
  usage: 'verify <system>',
  summary: 'prove a system’s adapter step by step, without faults',
  options: [
    { flags: '--workload <name>', description: 'the workload to try (default: the first that the system offers)' },
    { flags: '--nodes <n>', description: 'how many nodes', default: '3' },
    { flags: '--deploy <name>', description: 'where: local or sim', default: 'local' },
    {
      flags: '--set <path=value>',
      description: 'set a value of the plan, such as system.with.bin=./node.py',
      repeat: true,
    },
    { flags: '--json', description: 'one step a line as JSON' },
  ],
  help: `Examples:
  npx chaos verify raft
  npx chaos verify ./my-system.ts --workload register
  npx chaos verify maelstrom --workload echo --set system.with.bin=./node.py`,
  action: async (args, options, io) => {
    const [{ loadPlanText }, { defaultCatalog }, { verifySystem }] = await Promise.all([
      import('../plan/load.js'),
      import('../catalog/catalog.js'),
      import('../run/verify.js'),
    ]);
    const use = String(args[0]);
    const workload = textOption(options, 'workload') ?? (await firstWorkload(use));
    const document = {
      name: `verify ${use}`,
      system: { use, nodes: Number(options['nodes']) },
      deploy: textOption(options, 'deploy'),
      workload: { use: workload, clients: 1 },
    };
    // JSON is YAML: no text of the user's is spliced into a document.
    const [plan] = await loadPlanText(JSON.stringify(document), join(io.cwd, 'verify.yaml'), {
      catalog: defaultCatalog(),
      variables: {},
      set: listOption(options, 'set'),
    });
    if (plan === undefined) throw new ChaosError('no-plan', 'nothing to verify', { kind: 'internal' });
    const code = await elsewhere([plan]);
    if (code !== null) return code;
    const folder = plan.deploy.definition.world === 'simulation' ? null : mkdtempSync(join(tmpdir(), 'chaos-verify-'));
    try {
      const fine = await verifySystem(plan, folder === null ? null : resolve(folder), io.signal, (result) => {
        if (options['json'] === true) {
          io.out(`${JSON.stringify(result)}\n`);
          return;
        }
        const word = result.skipped === true ? 'skip' : result.passed ? 'pass' : 'FAIL';
        const style = result.skipped === true ? 'dim' : result.passed ? 'green' : 'red';
        io.out(`${paint(io, style, word)}  ${result.step}: ${result.detail}\n`);
        if (!result.passed) io.out(`      ${result.remedy}\n`);
      });
      if (options['json'] !== true) io.out(fine ? `${use} is ready for plans\n` : `${use} is not ready\n`);
      return fine ? EXIT.ok : EXIT.anomaly;
    } finally {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function firstWorkload(use: string): Promise<string> {
  const { defaultCatalog } = await import('../catalog/catalog.js');
  const catalog = defaultCatalog();
  const system = /^[./]/.test(use)
    ? await catalog.loadPath('system', use, process.cwd())
    : await catalog.load('system', use);
  const [first] = (system as { workloads?: readonly string[] } | undefined)?.workloads ?? [];
  if (first !== undefined) return first;
  throw new ChaosError('unknown-system', `there is no system '${use}'`, {
    kind: 'usage',
    hint: 'npx chaos list systems shows them',
  });
}
