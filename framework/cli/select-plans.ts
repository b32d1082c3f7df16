// The plans that the arguments of a command name: loaded, every file's errors told at once, narrowed to a cell.
import { ChaosError } from '../contracts/error.js';
import type { Plan } from '../plan/plan.js';
import { listOption, type OptionBag, textOption } from './command.js';
import type { Io } from './io.js';

/** Every plan and cell, in order; null when a file is wrong, which is printed by then. */
export async function selectPlans(paths: readonly string[], options: OptionBag, io: Io): Promise<Plan[] | null> {
  const [{ loadPlan }, { defaultCatalog }, { planFiles }, { printError }] = await Promise.all([
    import('../plan/load.js'),
    import('../catalog/catalog.js'),
    import('./plan-files.js'),
    import('./errors.js'),
  ]);
  const seed = parseSeed(textOption(options, 'seed'));
  const plans: Plan[] = [];
  let wrong = false;
  for (const file of planFiles(paths)) {
    try {
      const cells = await loadPlan(file, {
        catalog: defaultCatalog(),
        variables: io.env,
        set: listOption(options, 'set'),
        ...(seed === undefined ? {} : { seed }),
      });
      plans.push(...cells);
    } catch (error) {
      if (!(error instanceof ChaosError) || error.kind !== 'usage') throw error;
      printError(error, io);
      wrong = true;
    }
  }
  if (wrong) return null;
  const cell = textOption(options, 'cell');
  return cell === undefined ? plans : inCell(plans, cell);
}

/** The cells that have every `name=value` asked for. */
function inCell(plans: readonly Plan[], asked: string): Plan[] {
  const parts = (cell: string) => cell.split(',').map((part) => part.trim());
  const chosen = plans.filter(({ cell }) => {
    const own = new Set(cell === null ? [] : parts(cell));
    return parts(asked).every((part) => own.has(part));
  });
  if (chosen.length > 0) return chosen;
  const cells = plans.flatMap((plan) => (plan.cell === null ? [] : [plan.cell]));
  throw new ChaosError('unknown-cell', `no plan has a matrix cell '${asked}'`, {
    kind: 'usage',
    hint: cells.length === 0 ? 'the plans given have no matrix' : `there are: ${cells.join('; ')}`,
  });
}

function parseSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new ChaosError('bad-seed', `--seed takes a whole number, not '${text}'`, { kind: 'usage' });
}
