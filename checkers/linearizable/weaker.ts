// What still holds when a register is not linearizable: the first question that a violation raises.
import type { Valid } from '../../framework/contracts/checker.js';
import type { History } from '../../framework/contracts/history.js';
import { checkSequential } from '../sequential/check.js';
import { checkSessions } from '../sessions/check.js';
import { list } from '../shared/text.js';
import { casRegister } from './models/cas-register.js';
import type { AnyModel } from './models/model.js';
import { register } from './models/register.js';

export interface Weaker {
  valid: Valid;
  /** A clause. */
  reason: string;
}

/** For more operations it would take longer than the check itself; they have checkers of their own. */
const MOST_OPERATIONS = 100_000;
/** Writes that the search for a sequential order may try here. */
const BUDGET = 100_000;

/** The guarantees below linearizability by name, from the strongest down; null where they are not judged. */
export function weakerGuarantees(
  history: History,
  model: AnyModel,
  options: { initial: unknown; nilMatchesAny: boolean; cancelled: () => boolean },
): Record<string, Weaker> | null {
  if (model !== register && model !== casRegister) return null;
  if (history.length > 2 * MOST_OPERATIONS) return null;
  const { valid, reason } = checkSequential(history, { ...options, budget: BUDGET });
  const { guarantees } = checkSessions(history, options);
  const sessions = Object.entries(guarantees).map(([name, result]) => {
    return [name, { valid: result.valid, reason: result.reason }] as const;
  });
  return { 'sequential consistency': { valid, reason }, ...Object.fromEntries(sessions) };
}

/** `it is still sequentially consistent, …`: a sentence without its full stop. */
export function weakerText(weaker: Readonly<Record<string, Weaker>>): string {
  const names = (wanted: Valid) => Object.keys(weaker).filter((name) => weaker[name]!.valid === wanted);
  const words = (items: string[]) => list(items.map((name) => name.replaceAll('-', ' ')));
  const [held, broken, open] = [names(true), names(false), names('unknown')];
  const parts = [
    held.length === 0 ? '' : `still holds: ${words(held)}`,
    broken.length === 0 ? '' : `broken, too: ${words(broken)}`,
    open.length === 0 ? '' : `not judged: ${words(open)}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}
