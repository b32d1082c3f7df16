// Seeded histories of registers for benchmarks: an honest register under concurrent clients, with crashes and, if asked, a lie.
import { EVENT_FAIL, EVENT_OK } from '../../framework/contracts/history.js';
import type { Random } from '../../framework/contracts/random.js';
import { ColumnarHistory } from '../../framework/history/history.js';

export interface RegisterLoad {
  operations: number;
  clients: number;
  /** Values 0 .. values-1; null: each value is written once. */
  values: number | null;
  /** Share of reads; the rest are writes, or writes and cas. */
  reads: number;
  cas: number;
  /** Probability that an operation never completes; half of those take effect. */
  crashed: number;
  /** Where a read is made to return the very first value, as a fraction of the operations; null: nowhere. */
  lie: number | null;
  keys?: number;
}

const IDLE = 0;
const ASKED = 1;
const DONE = 2;

/** Linearizable for a register that starts with null unless there is a lie. */
export function registerHistory(random: Random, load: RegisterLoad): ColumnarHistory {
  const history = new ColumnarHistory();
  history.reserve(load.operations * 2);
  const keys = load.keys ?? 1;
  const [read, write, cas] = ['read', 'write', 'cas'].map((name) => history.idOfFunction(name));
  const keyIds = Array.from({ length: keys }, (_, key) => (keys === 1 ? -1 : history.idOfKey(key)));
  const { clients } = load;
  const process = Int32Array.from({ length: clients }, (_, client) => client);
  const phase = new Uint8Array(clients);
  const f = new Int32Array(clients);
  const key = new Int32Array(clients);
  // -1 is null. `a`: the value written, or the source of a cas; `b`: its target; `seen`: what a read returns.
  const a = new Int32Array(clients);
  const b = new Int32Array(clients);
  const seen = new Int32Array(clients);
  const failed = new Uint8Array(clients);
  const state = new Int32Array(keys).fill(-1);
  /** The first value of each key, written by nobody else. */
  const first = new Int32Array(keys).fill(-1);
  let fresh = 0;
  let nextProcess = clients;
  let asked = 0;
  let open = 0;
  let time = 0;
  let lieFrom = load.lie === null ? Number.POSITIVE_INFINITY : Math.floor(load.operations * load.lie);
  const value = (k: number) => {
    const next = load.values === null ? fresh++ : first[k]! < 0 ? load.values : random.int(load.values);
    if (first[k]! < 0) first[k] = next;
    return next;
  };
  const apply = (client: number) => {
    const k = key[client]!;
    if (f[client] === read) seen[client] = state[k]!;
    else if (f[client] === write) state[k] = a[client]!;
    else if (state[k] === a[client]) state[k] = b[client]!;
    else failed[client] = 1;
  };
  const set = (row: number, one: number) => {
    if (one >= 0) history.setInt(row, one);
  };
  while (asked < load.operations || open > 0) {
    time += 10_000;
    const client = random.int(clients);
    if (phase[client] === IDLE) {
      if (asked === load.operations) continue;
      const draw = random.float();
      key[client] = random.int(keys);
      f[client] = draw < load.reads ? read! : draw < load.reads + load.cas && state[key[client]!]! >= 0 ? cas! : write!;
      const row = history.invokeRow(time, process[client]!, f[client]!, keyIds[key[client]!]!, -1);
      failed[client] = 0;
      if (f[client] === write) {
        a[client] = value(key[client]!);
        history.setInt(row, a[client]!);
      } else if (f[client] === cas) {
        a[client] = state[key[client]!]!;
        b[client] = value(key[client]!);
        history.setPair(row, a[client]!, b[client]!);
      }
      phase[client] = ASKED;
      asked++;
      open++;
    } else if (load.crashed > 0 && asked > clients && random.chance(load.crashed / 2)) {
      process[client] = nextProcess++;
      phase[client] = IDLE;
      open--;
    } else if (phase[client] === ASKED) {
      apply(client);
      phase[client] = DONE;
    } else {
      const row = history.completeRow(time, process[client]!, failed[client] === 1 ? EVENT_FAIL : EVENT_OK);
      if (f[client] === read) {
        const k = key[client]!;
        const lie = asked >= lieFrom;
        if (lie) lieFrom = Number.POSITIVE_INFINITY;
        set(row, lie ? first[k]! : seen[client]!);
      } else if (f[client] === write) history.setInt(row, a[client]!);
      else history.setPair(row, a[client]!, b[client]!);
      phase[client] = IDLE;
      open--;
    }
  }
  return history;
}
