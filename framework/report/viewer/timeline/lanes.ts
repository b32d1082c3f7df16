// Where each operation stands: a lane for each client or node, divided into tracks where operations overlap. Prepared once, drawn often.
import type { Nanoseconds } from '../../../contracts/time.js';
import { lastInstant, NONE, type Operations } from '../../page/operations.js';

export interface Lane {
  /** The node; '': none. */
  readonly node: string;
  /** Its first track, and how many it has. */
  readonly first: number;
  readonly tracks: number;
}

/** Operations track by track, in order of time within each: entry `e` of each column is the same operation. */
export interface Lanes {
  readonly mode: 'process' | 'node';
  readonly lanes: readonly Lane[];
  /** By track: its first entry; one more at the end. */
  readonly starts: Uint32Array;
  /** Lane by track. */
  readonly laneOf: Uint32Array;
  readonly operation: Uint32Array;
  readonly begin: Float64Array;
  /** Where nothing ended: the beginning of the next one in the track, or the end of the run. */
  readonly end: Float64Array;
  readonly outcome: Uint8Array;
  /** Entry by position of the operation, or NONE where it is hidden. */
  readonly entry: Uint32Array;
}

/** More at once than this share the last track. */
const MOST_TRACKS = 48;

/** `shown`: 1 by position. Lanes without an operation are left out, but the others stay where they are. */
export function lanesOf(
  operations: Operations,
  shown: Uint8Array,
  mode: 'process' | 'node',
  order: readonly string[],
  end: Nanoseconds,
): Lanes {
  const sorted = inOrderOfTime(operations);
  const groups = mode === 'node' ? byNode(operations, order) : byClient(operations, sorted);
  return arrange(operations, shown, sorted, groups, mode, end);
}

/** Lane by position, and the node of each lane in the order to show them. */
interface Groups {
  readonly of: Uint32Array;
  readonly nodes: readonly string[];
}

function inOrderOfTime({ invoked, count }: Operations): Uint32Array {
  const sorted = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = 1; i < count; i++) {
    if (invoked[i]! < invoked[i - 1]!) return sorted.sort((a, b) => invoked[a]! - invoked[b]! || a - b);
  }
  return sorted;
}

function byNode(operations: Operations, order: readonly string[]): Groups {
  const names = [...new Set([...order, ...operations.nodes, ''])];
  const lane = Uint32Array.from(operations.nodes, (name) => names.indexOf(name));
  return { of: operations.node.map((node) => lane[node] ?? names.length - 1), nodes: names };
}

interface Client {
  readonly process: number;
  readonly node: number;
  readonly from: Nanoseconds;
  to: Nanoseconds;
  lane: number;
}

/** A process that was retired and the one that took its place share a lane: one lane for each client. */
function byClient(operations: Operations, sorted: Uint32Array): Groups {
  const clients = new Map<number, Client>();
  for (const i of sorted) {
    const process = operations.process[i]!;
    const known = clients.get(process);
    const to = lastInstant(operations, i);
    if (known !== undefined) known.to = Math.max(known.to, to);
    else clients.set(process, { process, node: operations.node[i]!, from: operations.invoked[i]!, to, lane: 0 });
  }
  const lanes: Client[] = [];
  const free = new Map<number, number[]>();
  for (const client of clients.values()) {
    const candidates = free.get(client.node) ?? [];
    free.set(client.node, candidates);
    let best = -1;
    for (const lane of candidates) {
      if (lanes[lane]!.to <= client.from && (best < 0 || lanes[lane]!.to > lanes[best]!.to)) best = lane;
    }
    if (best < 0) {
      best = lanes.push({ ...client, lane: lanes.length }) - 1;
      candidates.push(best);
    } else lanes[best]!.to = client.to;
    client.lane = best;
  }
  const ranked = [...lanes].sort((a, b) => a.process - b.process);
  const rank = new Uint32Array(lanes.length);
  ranked.forEach(({ lane }, position) => {
    rank[lane] = position;
  });
  const of = new Uint32Array(operations.count);
  for (let i = 0; i < of.length; i++) of[i] = rank[clients.get(operations.process[i]!)!.lane]!;
  return { of, nodes: ranked.map(({ node }) => operations.nodes[node] ?? '') };
}

function arrange(
  operations: Operations,
  shown: Uint8Array,
  sorted: Uint32Array,
  groups: Groups,
  mode: Lanes['mode'],
  runEnd: Nanoseconds,
): Lanes {
  const tracks = new Tracks(operations, groups.nodes.length);
  const trackOf = new Uint32Array(operations.count);
  for (const i of sorted) if (shown[i] === 1) trackOf[i] = tracks.take(groups.of[i]!, i);
  const { lanes, offsets } = tracks.lanes(groups.nodes);
  const count = lanes.reduce((sum, lane) => sum + lane.tracks, 0);
  const starts = new Uint32Array(count + 1);
  const place = (i: number) => offsets[groups.of[i]!]! + trackOf[i]!;
  let total = 0;
  for (let i = 0; i < shown.length; i++) {
    if (shown[i] !== 1) continue;
    starts[place(i) + 1]! += 1;
    total++;
  }
  for (let track = 0; track < count; track++) starts[track + 1]! += starts[track]!;
  const next = starts.slice();
  const made = {
    operation: new Uint32Array(total),
    begin: new Float64Array(total),
    end: new Float64Array(total),
    outcome: new Uint8Array(total),
    entry: new Uint32Array(operations.count).fill(NONE),
  };
  for (const i of sorted) {
    if (shown[i] !== 1) continue;
    const track = place(i);
    const entry = next[track]!;
    next[track] = entry + 1;
    made.operation[entry] = i;
    made.begin[entry] = operations.invoked[i]!;
    made.end[entry] = operations.completed[i]!;
    made.outcome[entry] = operations.outcome[i]!;
    made.entry[i] = entry;
  }
  const laneOf = new Uint32Array(count);
  lanes.forEach((lane, position) => void laneOf.fill(position, lane.first, lane.first + lane.tracks));
  closeOpen(made.begin, made.end, starts, runEnd);
  return { mode, lanes, starts, laneOf, ...made };
}

/** Gives operations that never ended an end to draw. */
function closeOpen(begin: Float64Array, end: Float64Array, starts: Uint32Array, runEnd: Nanoseconds): void {
  for (let track = 0; track + 1 < starts.length; track++) {
    for (let entry = starts[track]!; entry < starts[track + 1]!; entry++) {
      if (!Number.isNaN(end[entry])) continue;
      end[entry] = entry + 1 < starts[track + 1]! ? begin[entry + 1]! : Math.max(runEnd, begin[entry]!);
    }
  }
}

/** Hands out tracks: each operation gets the first of its lane where nothing is under way. */
class Tracks {
  readonly #operations: Operations;
  /** By lane: until when each of its tracks is taken. */
  readonly #until: Float64Array[];
  readonly #used: Uint32Array;

  constructor(operations: Operations, lanes: number) {
    this.#operations = operations;
    this.#until = Array.from({ length: lanes }, () => new Float64Array(4));
    this.#used = new Uint32Array(lanes);
  }

  take(lane: number, i: number): number {
    const from = this.#operations.invoked[i]!;
    let until = this.#until[lane]!;
    const used = this.#used[lane]!;
    let track = 0;
    while (track < used && until[track]! > from) track++;
    if (track === used && used === MOST_TRACKS) track--;
    else if (track === used) this.#used[lane] = used + 1;
    if (track === until.length) {
      const longer = new Float64Array(until.length * 2);
      longer.set(until);
      this.#until[lane] = until = longer;
    }
    until[track] = Math.max(until[track]!, lastInstant(this.#operations, i));
    return track;
  }

  lanes(nodes: readonly string[]): { lanes: Lane[]; offsets: Uint32Array } {
    const lanes: Lane[] = [];
    const offsets = new Uint32Array(nodes.length);
    let first = 0;
    nodes.forEach((node, lane) => {
      const tracks = this.#used[lane]!;
      offsets[lane] = first;
      if (tracks > 0) lanes.push({ node, first, tracks });
      first += tracks;
    });
    return { lanes, offsets };
  }
}

/** The first entry of a track that is under way at `time` or begins later; the track's end where there is none. */
export function firstFrom({ starts, end }: Lanes, track: number, time: Nanoseconds): number {
  let low = starts[track]!;
  let high = starts[track + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (end[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function trackOfEntry({ starts }: Lanes, entry: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= entry) low = middle;
    else high = middle;
  }
  return low;
}
