// Several effects as one.
import type { Effect } from '../../framework/contracts/cluster.js';

/**
 * Injects one after the other; when one fails, those before it are healed and the failure is passed on. Healing the result
 * heals all of them, also when one heal fails (the first failure is passed on at the end).
 */
export async function injectAll(injections: readonly (() => Promise<Effect>)[]): Promise<Effect> {
  const effects: Effect[] = [];
  try {
    for (const inject of injections) effects.push(await inject());
  } catch (error) {
    await healAll(effects).catch(() => {});
    throw error;
  }
  return { heal: () => healAll(effects) };
}

async function healAll(effects: readonly Effect[]): Promise<void> {
  const failures: unknown[] = [];
  for (const effect of effects) {
    try {
      await effect.heal();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
