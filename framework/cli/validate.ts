// chaos validate: is a plan right, and what would it run?
import { EXIT } from '../contracts/result.js';
import type { PlanErrors } from '../plan/diagnostics.js';
import { type Command, listOption } from './command.js';
import { printError } from './errors.js';

export const validate: Command = {
  usage: 'validate <plans...>',
  summary: 'check plans without running them; prints every error at once',
  options: [
    { flags: '--set <path=value>', description: 'override a value of the plan', repeat: true },
    { flags: '--expanded', description: 'print each plan as it would run: extends, variables and matrix resolved' },
  ],
  action: async (args, options, io) => {
    const [{ loadPlan }, { defaultCatalog }, { planFiles }, { planToYaml }, { ChaosError }] = await Promise.all([
      import('../plan/load.js'),
      import('../catalog/catalog.js'),
      import('./plan-files.js'),
      import('../plan/document.js'),
      import('../contracts/error.js'),
    ]);
    let code: number = EXIT.ok;
    for (const file of planFiles(args[0] as string[])) {
      try {
        const set = listOption(options, 'set');
        const plans = await loadPlan(file, { catalog: defaultCatalog(), variables: io.env, set });
        for (const plan of plans) {
          if (options['expanded'] === true) io.out(`# ${plan.id}\n${planToYaml(plan)}---\n`);
        }
        const cells = plans.length > 1 ? `, ${plans.length} cells` : '';
        if (options['expanded'] !== true) io.out(`${file}: fine${cells}\n`);
      } catch (error) {
        if (!(error instanceof ChaosError)) throw error;
        printError(error as PlanErrors, io);
        code = EXIT.usage;
      }
    }
    return code;
  },
};
