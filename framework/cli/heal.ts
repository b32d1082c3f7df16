// chaos heal: undoes what a run that died has left in force on the hosts of its plan.
import type { AnyDeployment } from '../contracts/deployment.js';
import type { OptionValues } from '../contracts/options.js';
import { EXIT } from '../contracts/result.js';
import { typed } from '../deploy/command-line.js';
import type { Plan } from '../plan/plan.js';
import type { Command } from './command.js';
import { printError } from './errors.js';

/** Hosts of one or more cells of a plan. */
interface Place {
  deployment: AnyDeployment;
  options: OptionValues;
  nodes: readonly string[];
}

export const heal: Command = {
  usage: 'heal <plans...>',
  summary: 'undo the faults that a run which died has left on the hosts of its plan',
  options: [{ flags: '--set <path=value>', description: 'override a value of the plan', repeat: true }],
  help: `Ends a run that still uses these hosts, too. Without it hosts heal by themselves when they have heard nothing for as long as
the plan's deployment says (dead-man).

Exit codes: 0 nothing of ours is in force on any host, 130 interrupted, 254 bad arguments or plan, 255 a host could not be healed.`,
  action: async (args, options, io) => {
    const { selectPlans } = await import('./select-plans.js');
    const selection = await selectPlans(args[0] as string[], options, io);
    if (selection === null) return EXIT.usage;
    let code: number = EXIT.ok;
    for (const { deployment, options: values, nodes } of placesOf(selection.plans)) {
      if (io.signal.aborted) return EXIT.interrupted;
      if (deployment.heal === undefined) {
        io.out(`${deployment.name}: ${unhealed(deployment)}\n`);
        continue;
      }
      try {
        for (const line of await deployment.heal(values, nodes)) io.out(`${line}\n`);
      } catch (error) {
        code = printError(error, io);
      }
    }
    return code;
  },
};

/** Why there is nothing to heal. */
function unhealed({ clean }: AnyDeployment): string {
  return clean === undefined
    ? 'nothing of it outlives a run, so there is nothing to heal'
    : `its hosts are made for a run; \`${typed('clean')}\` removes what one that died has left`;
}

/** Each deployment with each set of options once, with the most nodes that a cell has there. */
function placesOf(plans: readonly Plan[]): Place[] {
  const places = new Map<string, Place>();
  for (const { deploy, nodes, spares } of plans) {
    const key = JSON.stringify([deploy.name, deploy.options]);
    const before = places.get(key)?.nodes ?? [];
    const all = [...new Set([...before, ...nodes, ...spares])];
    places.set(key, { deployment: deploy.definition, options: deploy.options, nodes: all });
  }
  return [...places.values()];
}
