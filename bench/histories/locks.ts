// Seeded histories of a lock that one process at a time holds.
import type { Random } from '../../framework/contracts/random.js';
import type { ColumnarHistory } from '../../framework/history/history.js';
import { DONE, type Effect, LIED, type Load, type Structure, simulate, WAITS } from './clients.js';

const NOBODY = -1;

/** Linearizable for a lock that starts free unless there is a lie: a second holder. */
export function lockHistory(random: Random, load: Load): ColumnarHistory {
  return simulate(random, load, (history) => lock(history, load));
}

function lock(history: ColumnarHistory, { clients }: Load): Structure {
  const [acquire, release] = [history.idOfFunction('acquire'), history.idOfFunction('release')];
  const releases = new Uint8Array(clients);
  /** Clients that hold it: one, or two after a lie. */
  const holds = new Uint8Array(clients);
  let holder = NOBODY;
  /** How long the holder has had it, in attempts of others. */
  let attempts = 0;
  return {
    choose(client) {
      releases[client] = holds[client]!;
      return [holds[client] === 1 ? release : acquire, -1];
    },
    ask: () => undefined,
    apply(client, mayLie): Effect {
      if (releases[client] === 1) {
        holds[client] = 0;
        if (holder === client) holder = NOBODY;
        return DONE;
      }
      // A holder that has not yet asked to release: both hold it for a while.
      const lies = mayLie && holder !== NOBODY && releases[holder] === 0 && attempts++ > 2;
      if (holder !== NOBODY && !lies) return WAITS;
      holds[client] = 1;
      if (!lies) holder = client;
      return lies ? LIED : DONE;
    },
    answer: () => undefined,
    // Whoever crashed with the lock would keep it for ever.
    mayCrash: (client, applied) => (releases[client] === 1) === applied,
  };
}
