// Seeded histories of a store of strings: get, put and append on a few keys by many clients, as in the labs of distributed systems
// courses.
import type { Random } from '../../framework/contracts/random.js';
import type { ColumnarHistory } from '../../framework/history/history.js';
import { DONE, type Effect, LIED, type Load, type Structure, simulate } from './clients.js';

export interface AppendLoad extends Load {
  keys: number;
}

/** Linearizable for keys that start empty unless there is a lie: a get that misses the piece that was appended first. */
export function appendHistory(random: Random, load: AppendLoad): ColumnarHistory {
  return simulate(random, load, (history, draws) => stores(history, draws, load));
}

const [GET, PUT] = [0, 1];
/** Pieces that a key must have before a get lies. */
const ENOUGH = 10;

function stores(history: ColumnarHistory, random: Random, { clients, keys: count }: AppendLoad): Structure {
  const names = ['get', 'put', 'append'].map((name) => history.idOfFunction(name));
  const keys = Array.from({ length: count }, (_, key) => history.idOfKey(String(key)));
  const pieces: string[][] = keys.map(() => []);
  const kind = new Uint8Array(clients);
  const key = new Int32Array(clients);
  const piece: string[] = new Array<string>(clients).fill('');
  const seen: string[] = new Array<string>(clients).fill('');
  let fresh = 0;
  return {
    choose(client) {
      const draw = random.float();
      key[client] = random.int(count);
      kind[client] = draw < 0.4 ? GET! : draw < 0.45 ? PUT! : 2;
      if (kind[client] !== GET) piece[client] = `x ${client} ${fresh++} y`;
      return [names[kind[client]!]!, keys[key[client]!]!];
    },
    ask(client, row) {
      if (kind[client] !== GET) history.setValue(row, piece[client]!);
    },
    apply(client, mayLie): Effect {
      const all = pieces[key[client]!]!;
      if (kind[client] === GET) {
        const lies = mayLie && all.length > ENOUGH;
        seen[client] = all.slice(lies ? 1 : 0).join('');
        return lies ? LIED : DONE;
      }
      if (kind[client] === PUT) all.length = 0;
      all.push(piece[client]!);
      return DONE;
    },
    answer: (client, row) => history.setValue(row, kind[client] === GET ? seen[client]! : piece[client]!),
  };
}
