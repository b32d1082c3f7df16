// Some deployments need rights that this process has not, but another one can get.
import type { Plan } from '../plan/plan.js';

/** The exit code of the process that does all the work in the place of this one; null: there is none. */
export async function elsewhere(plans: readonly Plan[]): Promise<number | null> {
  const definitions = new Set(plans.map((plan) => plan.deploy.definition));
  // From there nobody reaches hosts that are somewhere else; plans that need it then say so themselves.
  for (const { world, elsewhere } of definitions) if (world === 'remote' && elsewhere === undefined) return null;
  for (const definition of definitions) {
    const code = (await definition.elsewhere?.()) ?? null;
    if (code !== null) return code;
  }
  return null;
}
