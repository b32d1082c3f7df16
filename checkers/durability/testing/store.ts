// Random histories of a replicated store in which the last write wins, right or with a defect.
import type { History } from '../../../framework/contracts/history.js';
import type { Random } from '../../../framework/contracts/random.js';
import { Script } from '../../testing/script.js';

/**
 * `forget`: a node loses what it has not passed on. `skewed`: nodes' clocks differ, so that later writes may lose against earlier
 * ones. `late-node`: the last node is told nothing, and shows old values to the end; the others are right.
 */
export type Defect = 'none' | 'forget' | 'skewed' | 'late-node';

export interface StoreShape {
  nodes: number;
  processes: number;
  operations: number;
  keys: number;
  /** Share of writes whose outcome is never learned; half of them take effect, if only later. */
  doubtful: number;
  /** How often a node tells another one, compared with steps of clients. */
  gossip: number;
  defect: Defect;
}

interface Version {
  value: number | null;
  time: number;
}

interface Request {
  node: number;
  f: 'read' | 'write';
  key: number;
  value: number | null;
  doubtful: boolean;
  done: boolean;
}

export function registerHistory(random: Random, shape: StoreShape): History {
  const script = new Script().phase('load');
  const stores = Array.from({ length: shape.nodes }, () => new Map<number, Version>());
  const skews = stores.map(() => (shape.defect === 'skewed' ? random.int(60) : 0));
  const open = new Map<number, Request>();
  const late: Request[] = [];
  const process = Array.from({ length: shape.processes }, (_, thread) => thread);
  let nextProcess = shape.processes;
  let issued = 0;
  let clock = 0;

  const merge = (node: number, key: number, version: Version) => {
    const known = stores[node]!.get(key);
    if (known === undefined || known.time < version.time) stores[node]!.set(key, version);
  };
  const tell = (from: number, to: number) => {
    if (from === to || (shape.defect === 'late-node' && to === shape.nodes - 1)) return;
    for (const [key, version] of stores[from]!) merge(to, key, version);
  };
  const perform = (request: Request) => {
    const { node, f, key, value } = request;
    request.done = true;
    if (f === 'write') merge(node, key, { value, time: ++clock + skews[node]! });
    else request.value = stores[node]!.get(key)?.value ?? null;
  };
  const invoke = (thread: number) => {
    const f = random.chance(0.5) ? 'write' : 'read';
    const node = thread % (shape.defect === 'late-node' ? shape.nodes - 1 : shape.nodes);
    const key = random.int(shape.keys);
    const request: Request = { node, f, key, value: f === 'write' ? issued : null, doubtful: false, done: false };
    request.doubtful = f === 'write' && random.chance(shape.doubtful);
    issued++;
    open.set(thread, request);
    script.invoke(process[thread]!, f, request.value, { key, node: `n${node + 1}` });
  };
  const complete = (thread: number, request: Request) => {
    open.delete(thread);
    if (!request.doubtful) script.ok(process[thread]!, request.value);
    else {
      script.info(process[thread]!);
      if (random.chance(0.5)) late.push(request);
      process[thread] = nextProcess++;
    }
  };
  const step = (thread: number) => {
    const request = open.get(thread);
    if (request === undefined) {
      if (issued < shape.operations) invoke(thread);
    } else if (!request.done && !request.doubtful) perform(request);
    else complete(thread, request);
  };

  while (issued < shape.operations || open.size > 0) {
    if (random.chance(shape.gossip)) tell(random.int(shape.nodes), random.int(shape.nodes));
    else if (shape.defect === 'forget' && random.chance(0.05)) stores[random.int(shape.nodes)]!.clear();
    else if (late.length > 0 && random.chance(0.1)) perform(late.splice(random.int(late.length), 1)[0]!);
    else step(random.int(shape.processes));
  }
  for (let round = 0; round < 2; round++) {
    for (let from = 0; from < shape.nodes; from++) for (let to = 0; to < shape.nodes; to++) tell(from, to);
  }
  script.phase('heal').phase('recover').phase('final');
  stores.forEach((store, node) => {
    for (let key = 0; key < shape.keys; key++) {
      script.did(nextProcess + node, 'read', null, store.get(key)?.value ?? null, { key, node: `n${node + 1}` });
    }
  });
  return script.phase('end').history();
}
