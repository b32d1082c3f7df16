// Seeded histories of sets whose elements are added once: adds, removes and lookups, or adds and reads of the whole set.
import type { Random } from '../../framework/contracts/random.js';
import type { ColumnarHistory } from '../../framework/history/history.js';
import { DONE, type Effect, LIED, type Load, type Structure, simulate } from './clients.js';

export interface SetLoad extends Load {
  /** Whole: each key gets adds and reads of everything in it; otherwise one set with adds, removes and lookups. */
  whole: boolean;
}

/** Lookups and removes are about recent elements, so that what happens to an element happens close together. */
const RECENT = 100;
/** Operations on one key, where sets are read whole. */
const PER_KEY = 100;
const READS = 0.1;

/** Linearizable for a set that starts empty unless there is a lie. */
export function setHistory(random: Random, load: SetLoad): ColumnarHistory {
  return simulate(random, load, (history, draws) =>
    load.whole ? wholeSets(history, draws, load) : elements(history, draws, load),
  );
}

function elements(history: ColumnarHistory, random: Random, { clients, operations }: SetLoad): Structure {
  const names = ['add', 'remove', 'contains'].map((name) => history.idOfFunction(name));
  const [ADD, REMOVE] = [0, 1];
  const kind = new Uint8Array(clients);
  const element = new Int32Array(clients);
  const seen = new Uint8Array(clients);
  const isIn = new Uint8Array(operations);
  const wasRemoved = new Uint8Array(operations);
  let fresh = 0;
  return {
    choose(client) {
      const draw = random.float();
      const some = Math.max(0, fresh - 1 - random.int(RECENT));
      kind[client] = fresh === 0 || draw < 0.3 ? ADD! : draw < 0.5 && wasRemoved[some] === 0 ? REMOVE! : 2;
      element[client] = kind[client] === ADD ? fresh++ : some;
      if (kind[client] === REMOVE) wasRemoved[some] = 1;
      return [names[kind[client]!]!, -1];
    },
    ask: (client, row) => history.setInt(row, element[client]!),
    apply(client, mayLie): Effect {
      const one = element[client]!;
      if (kind[client] === ADD) isIn[one] = 1;
      else if (kind[client] === REMOVE) isIn[one] = 0;
      else {
        // An element that is in and that nobody ever asked to remove.
        const lies = mayLie && isIn[one] === 1 && wasRemoved[one] === 0 && one < fresh - RECENT / 2;
        seen[client] = lies ? 0 : isIn[one]!;
        return lies ? LIED : DONE;
      }
      return DONE;
    },
    answer(client, row) {
      if (kind[client] === ADD || kind[client] === REMOVE) history.setInt(row, element[client]!);
      else history.setValue(row, seen[client] === 1);
    },
  };
}

function wholeSets(history: ColumnarHistory, random: Random, { clients, operations }: SetLoad): Structure {
  const [add, read] = [history.idOfFunction('add'), history.idOfFunction('read')];
  const keys = Array.from({ length: Math.ceil(operations / PER_KEY) }, (_, key) => history.idOfKey(key));
  const sets: number[][] = keys.map(() => []);
  const key = new Int32Array(clients);
  const element = new Int32Array(clients).fill(-1);
  const seen: (readonly number[])[] = Array.from({ length: clients }, () => []);
  let fresh = 0;
  let asked = 0;
  return {
    choose(client) {
      key[client] = Math.floor(asked++ / PER_KEY);
      element[client] = random.chance(READS) ? -1 : fresh++;
      return [element[client]! < 0 ? read : add, keys[key[client]!]!];
    },
    ask(client, row) {
      if (element[client]! >= 0) history.setInt(row, element[client]!);
    },
    apply(client, mayLie): Effect {
      const set = sets[key[client]!]!;
      if (element[client]! >= 0) {
        set.push(element[client]!);
        return DONE;
      }
      // Without the first, which was added long ago.
      const lies = mayLie && set.length > PER_KEY / 2;
      seen[client] = set.slice(lies ? 1 : 0);
      return lies ? LIED : DONE;
    },
    answer(client, row) {
      if (element[client]! >= 0) history.setInt(row, element[client]!);
      else history.setValue(row, seen[client]!);
    },
  };
}
