// Concurrent clients for seeded histories of any data structure: they ask, what they asked takes effect, they get an answer, and
// now and then one crashes in between.
import { EVENT_OK } from '../../framework/contracts/history.js';
import type { Random } from '../../framework/contracts/random.js';
import { ColumnarHistory } from '../../framework/history/history.js';

export interface Load {
  operations: number;
  clients: number;
  /** Probability that an operation never completes; about half of those take effect. */
  crashed: number;
  /** From which fraction of the operations on the first chance to answer wrongly is taken; null: never. */
  lie: number | null;
}

/** How an operation came out when it tried to take effect. */
export const WAITS = 0;
export const DONE = 1;
export const LIED = 2;
export type Effect = typeof WAITS | typeof DONE | typeof LIED;

/** A data structure, with the operation that each client has open. */
export interface Structure {
  /** Chooses what a client does next. Returns the id of the function, and the key's or -1. */
  choose(client: number): readonly [f: number, key: number];
  /** Writes what was asked into the row of the invocation. */
  ask(client: number, row: number): void;
  /** Takes effect, untruly if it may and can. */
  apply(client: number, mayLie: boolean): Effect;
  /** Writes what came out into the row of the completion. */
  answer(client: number, row: number): void;
  /** Whether the client may crash now; by default always. */
  mayCrash?(client: number, applied: boolean): boolean;
}

const IDLE = 0;
const ASKED = 1;
const APPLIED = 2;
const STEP = 10_000;

/** Throws when a lie was asked for and there was no chance to tell it. */
export function simulate(
  random: Random,
  load: Load,
  make: (history: ColumnarHistory, random: Random) => Structure,
): ColumnarHistory {
  const history = new ColumnarHistory();
  history.reserve(load.operations * 2);
  const structure = make(history, random);
  const { clients, operations } = load;
  const process = Int32Array.from({ length: clients }, (_, client) => client);
  const phase = new Uint8Array(clients);
  let nextProcess = clients;
  let asked = 0;
  let open = 0;
  let liar = -1;
  let lied = load.lie === null;
  const lieFrom = Math.floor(operations * (load.lie ?? 1));
  const crash = (client: number) => {
    process[client] = nextProcess++;
    phase[client] = IDLE;
    open--;
  };
  for (let time = STEP; asked < operations || open > 0; time += STEP) {
    const client = random.int(clients);
    if (phase[client] === IDLE) {
      if (asked === operations) continue;
      const [f, key] = structure.choose(client);
      structure.ask(client, history.invokeRow(time, process[client]!, f, key, -1));
      phase[client] = ASKED;
      asked++;
      open++;
      continue;
    }
    const applied = phase[client] === APPLIED;
    const unlucky = load.crashed > 0 && asked > clients && client !== liar && random.chance(load.crashed / 2);
    if (unlucky && structure.mayCrash?.(client, applied) !== false) {
      crash(client);
    } else if (!applied) {
      const effect = structure.apply(client, !lied && asked >= lieFrom);
      if (effect !== WAITS) phase[client] = APPLIED;
      // Nobody is left to end the wait.
      else if (asked === operations) crash(client);
      if (effect !== LIED) continue;
      lied = true;
      liar = client;
    } else {
      structure.answer(client, history.completeRow(time, process[client]!, EVENT_OK));
      phase[client] = IDLE;
      open--;
      if (client === liar) liar = -1;
    }
  }
  if (!lied) throw new Error('there was no chance to lie');
  return history;
}
