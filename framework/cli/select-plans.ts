// The plans that the arguments of a command name: loaded, every file's errors told at once, narrowed to a cell; and the commands
// that repeat their runs.
import { ChaosError } from '../contracts/error.js';
import { calledBy } from '../deploy/command-line.js';
import type { Plan } from '../plan/plan.js';
import { hidden } from '../plan/secrets.js';
import { listOption, type OptionBag, textOption } from './command.js';
import type { Io } from './io.js';

export interface Selection {
  /** Every plan and cell, in order. */
  plans: readonly Plan[];
  /** The command that repeats a run of a plan: what shapes it, and nothing else. */
  repeat: (plan: Plan) => string;
}

/** null when a file is wrong, which is printed by then. */
export async function selectPlans(paths: readonly string[], options: OptionBag, io: Io): Promise<Selection | null> {
  const [{ loadPlan }, { defaultCatalog }, { planFiles }, { printError }] = await Promise.all([
    import('../plan/load.js'),
    import('../catalog/catalog.js'),
    import('./plan-files.js'),
    import('./errors.js'),
  ]);
  const seed = parseSeed(textOption(options, 'seed'));
  const plans: Plan[] = [];
  const used = new Map<string | null, ReadonlyMap<string, string>>();
  let wrong = false;
  for (const file of planFiles(paths)) {
    const { variables, read } = recorded(io.env);
    used.set(file, read);
    try {
      const cells = await loadPlan(file, {
        catalog: defaultCatalog(),
        variables,
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
  return {
    plans: cell === undefined ? plans : inCell(plans, cell),
    repeat: (plan) => repeatCommand(plan, listOption(options, 'set'), used.get(plan.file) ?? new Map()),
  };
}

/** The environment, and which of its variables were read: they belong to the command that repeats a run. */
function recorded(env: Io['env']): { variables: Io['env']; read: ReadonlyMap<string, string> } {
  const read = new Map<string, string>();
  const variables = new Proxy(env, {
    get: (target, name) => {
      const value = typeof name === 'string' && Object.hasOwn(target, name) ? target[name] : undefined;
      if (value !== undefined) read.set(String(name), value);
      return value;
    },
  });
  return { variables, read };
}

function repeatCommand(plan: Plan, sets: readonly string[], variables: ReadonlyMap<string, string>): string {
  const words = ['npx', 'chaos', 'run', plan.file ?? 'plan.yaml', '--seed', String(plan.seed)];
  if (plan.cell !== null) words.push('--cell', plan.cell);
  for (const set of sets) words.push('--set', set);
  const assignments = [...variables].map(([name, value]) => `${name}=${quoted(value)}`);
  return hidden([...calledBy(), ...assignments, ...words.map(quoted)].join(' '), plan.secrets);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
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
