// A running cluster: what a run and its nemeses can do to it, in any world.
import type { Capability } from './capability.js';
import type { Body } from './message.js';
import type { NodeReport } from './protocol.js';
import type { Milliseconds, Nanoseconds } from './time.js';

/** One direction of a link: what `from` sends no longer (or differently) reaches `to`. */
export type Link = readonly [from: string, to: string];

/** `uniform`: mean +- jitter. `normal`: deviation = jitter. `exponential`: mean alone. */
export interface Delay {
  distribution: 'constant' | 'uniform' | 'exponential' | 'normal';
  mean: Milliseconds;
  jitter?: Milliseconds;
}

/** What happens to messages on a link; every field optional, several faults add up. */
export interface LinkQuality {
  delay?: Delay;
  /** Probability that a message is lost. */
  loss?: number;
  /** Probability that a message arrives twice. */
  duplicate?: number;
  /** Probability that a message is held back, and thereby overtaken. */
  reorder?: number;
  /** Probability that a bit of a packet is flipped on its way. Hosts only. */
  corrupt?: number;
  /** Bits a second that the link carries at most. Hosts only. */
  rate?: number;
}

/** What a deployment must offer for links of this quality. */
export function needsOf({ delay, loss, duplicate, reorder, corrupt, rate }: LinkQuality): Capability[] {
  const needs: Capability[] = [];
  if (loss !== undefined) needs.push('loss');
  if (delay !== undefined || duplicate !== undefined || reorder !== undefined) needs.push('packet');
  if (rate !== undefined) needs.push('rate');
  if (corrupt !== undefined) needs.push('corrupt');
  return needs;
}

/** A node's clock: an offset in milliseconds, and a rate (1: true time, 2: twice as fast). */
export interface ClockFault {
  offset?: Milliseconds;
  rate?: number;
}

/**
 * `lose-unsynced`: the node is killed and everything that was not synced is gone. `torn-tail`: killed, and the last unsynced
 * record is cut in two. `bit-flip`: killed, one bit of the durable log is flipped, and started; healing flips it back. `truncate`:
 * killed, the end of the durable log is cut off, and started; healing puts it back. `slow`: each sync takes `delay` longer. `full` and
 * `read-only`: writes fail; the node stops rather than lose data, and healing starts it again. Of any program, bits are flipped in one
 * of its files, or that is cut, and nobody can take it back: healing starts the program if it does not run. Nobody can tear its records.
 */
export interface DiskFault {
  kind: DiskFaultKind;
  delay?: Milliseconds;
  /** Where it hits, as a fraction of the log or of the file; drawn by the nemesis. */
  position?: number;
}

export type DiskFaultKind = 'lose-unsynced' | 'torn-tail' | 'bit-flip' | 'slow' | 'full' | 'read-only' | 'truncate';

/** What a deployment must offer for a fault of this kind. */
export function needOfDisk(kind: DiskFaultKind): Capability {
  return DISK_NEEDS[kind];
}

const DISK_NEEDS: Readonly<Record<DiskFaultKind, Capability>> = {
  'lose-unsynced': 'unsynced',
  'torn-tail': 'disk',
  slow: 'slow-disk',
  'bit-flip': 'files',
  full: 'full',
  'read-only': 'files',
  truncate: 'files',
};

/** Nodes that join and leave, at once. */
export interface MembershipChange {
  join: readonly string[];
  leave: readonly string[];
}

/** A fault in force. It heals itself and nothing else; healing twice is harmless. */
export interface Effect {
  heal(): Promise<void>;
}

/**
 * Ways to break a cluster. Each resolves when the fault is in force (observed, not only asked for). Faults overlap: cuts,
 * pauses and kills are counted, so that healing one never undoes another.
 */
export interface Faults {
  cut(links: readonly Link[]): Promise<Effect>;
  degrade(links: readonly Link[], quality: LinkQuality): Promise<Effect>;
  /** Kill without warning; healing starts the nodes again and resolves when their processes run. */
  kill(nodes: readonly string[]): Promise<Effect>;
  pause(nodes: readonly string[]): Promise<Effect>;
  /** Only with the capability `power`: turn the nodes’ hosts off without warning; healing turns them on and starts the nodes again. */
  power?(nodes: readonly string[]): Promise<Effect>;
  clock(nodes: readonly string[], fault: ClockFault): Promise<Effect>;
  disk(nodes: readonly string[], fault: DiskFault): Promise<Effect>;
  /** Asks the system for a change of its members; healing asks for the opposite. Resolves when the system has confirmed it. */
  change(change: MembershipChange): Promise<Effect>;
}

/** Where a node lives. */
export interface NodeHost {
  /** Where other hosts reach it. */
  address: string;
  /** As a person names the host: `ssh root@10.0.0.1:22`, `podman container chaos-1f-n1`. */
  title: string;
}

/** The clock of a node's host is ahead of the run's by `offset`, give or take `uncertainty`. */
export interface ClockDifference {
  offset: Milliseconds;
  uncertainty: Milliseconds;
}

/** Something that happened on or around a node, recorded beside the history in `events.jsonl`. */
export type NodeEvent = { time: Nanoseconds; node: string } & (
  | { kind: 'report'; state: NodeReport }
  /** The process started (again) or ended; `fault`: a nemesis did it. */
  | { kind: 'start' }
  | { kind: 'exit'; fault: boolean; detail: string; lines: string[] }
  /** Output that is not a message. */
  | { kind: 'protocol-error'; detail: string; lines: string[] }
  /** Worth knowing, no defect by itself: a late reply, a corrupt record found at recovery. */
  | { kind: 'note'; detail: string; clock?: ClockDifference }
);

export interface Cluster {
  /** All nodes that run, spares included. */
  readonly nodes: readonly string[];
  readonly faults: Faults;
  /** Starts every node and resolves when all have answered `init`. */
  start(): Promise<void>;
  /**
   * Sends a request as client `client` to `node`. `reply` is called at most once, never inside this call; it is not called
   * when no answer comes. Requests of one client do not overlap, and `client` is never used again by another process.
   */
  request(client: string, node: string, body: Body, reply: (body: Body) => void): void;
  /** Forget the outstanding request of a client: a late reply becomes a note. */
  abandon(client: string): void;
  /** The node with the highest reported term that says it leads; null: nobody does, or nodes do not report. */
  leader(): string | null;
  /** The nodes that are to belong to the cluster after all changes of its members so far; in the order of `nodes`. */
  members(): readonly string[];
  /** True while a fault keeps this node from answering (killed or paused). */
  isDown(node: string): boolean;
  /** How a person reaches each node and removes what is left, for `--keep`; empty where there is nothing to keep. */
  describe(): string[];
  /** The hosts that nodes live on, by node, as far as they are known; absent or empty: they share this machine. */
  hosts?(): Readonly<Record<string, NodeHost>>;
  /** Lines of a node's log where they are not in its folder. */
  log?(node: string): Iterable<string>;
  /** Brings the logs of nodes on hosts into their folders, as they are now; without it they are there. */
  bringLogs?(): Promise<void>;
  /** Stops every node; after it resolves nothing of the cluster is left but the files in the node folders. */
  stop(): Promise<void>;
}
