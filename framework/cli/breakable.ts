// Ctrl-C for work that gives the event loop no turn: Node's own handlers wait for one, a check may take minutes.
import { Script } from 'node:vm';
import { ChaosError } from '../contracts/error.js';

// A script finds its work by a name in the global scope: a function that is handed over runs outside of the script's guard.
const NAME = '__chaosWork';
const guard = new Script(`globalThis.${NAME}()`, { filename: 'chaos:work' });

/**
 * Runs synchronous work; a Ctrl-C in the middle calls `interrupt` and throws `ChaosError('interrupted')` instead of the
 * work's result. SIGINT handlers of the process are not called meanwhile. What the work has begun is left half done.
 */
export function breakable<T>(work: () => T, interrupt: () => void): T {
  const done: { result?: T } = {};
  const scope = globalThis as unknown as Record<string, unknown>;
  const outer = scope[NAME];
  scope[NAME] = () => {
    done.result = work();
  };
  try {
    guard.runInThisContext({ breakOnSigint: true, displayErrors: false });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    interrupt();
    throw new ChaosError('interrupted', 'it was asked to stop', { kind: 'usage' });
  } finally {
    scope[NAME] = outer;
  }
  return done.result as T;
}
