// What the control process and the helper on a host say to each other: one JSON object a line, over a pipe.
//
// One helper runs on each host, as root where faults need that. It outlives the pipe: faults are states that it keeps in force, and
// takes back by itself when it has heard nothing for longer than the bound.
import type { ClockFault, LinkQuality } from '../../contracts/cluster.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Command, Exit } from '../host/host.js';

/** What arrives from one other host, as long as it differs from a clean network. Absent fields: nothing is wrong with it. */
export interface LinkState {
  /** Address of the other host. */
  peer: string;
  /** Nothing from it arrives. */
  cut?: boolean;
  /** Faults on what this host sends to it. Several on one link are given already added up. */
  quality?: LinkQuality;
}

/** A command that belongs to a node: it and everything it starts carries the node's mark in its environment. */
export interface NodeCommand {
  node: string;
  command: Command;
  env: Readonly<Record<string, string>>;
  cwd?: string;
  /** File that takes its output, appended to. */
  log: string;
}

/** Damage to the durable log of a reference node that is dead; see `framework/node/process/damage.ts`. */
export type Damage =
  | { kind: 'crash'; folder: string; keep: 'prefix' | 'none'; seed: number }
  | { kind: 'tear'; folder: string; seed: number }
  | { kind: 'flip'; folder: string; position: number; flipped: readonly number[] }
  | { kind: 'unflip'; folder: string; at: number }
  | { kind: 'cut'; folder: string; position: number }
  /** `cuts` stay. */
  | { kind: 'uncut'; folder: string; cuts: readonly number[] };

/** A fault of the file system that holds a folder of a foreign program. */
export type FolderFault =
  /** Takes all room that is left, in a file beside it; only where it is a file system of its own, of at most `most` bytes. */
  { kind: 'full'; folder: string; most: number } | { kind: 'read-only'; folder: string };

/** Damage to a file of a foreign program that is dead: cut at a fraction of its length, or one bit there flipped. */
export interface FileDamage {
  kind: 'truncate' | 'bit-flip';
  folder: string;
  /** Which files, as a glob below the folder; which of them, and where if `position` is left out, is drawn from the seed. */
  files: string;
  seed: number;
  /** Fraction of its length. */
  position?: number;
  /** Only says whether there is a file. */
  dry?: boolean;
}

/** Requests and their answers. */
export interface Requests {
  /**
   * First of all. `bound`: after so long without a word the helper takes back every fault; then, unless `keep`, it kills every node
   * and ends.
   */
  hello: { ask: { run: string; bound: Milliseconds; keep: boolean }; answer: Hello };
  /** A sign of life; every other request is one, too. */
  pulse: { ask: object; answer: object };
  /** Starts a node's main process in a group of its own. `exit` tells its end. */
  start: { ask: NodeCommand; answer: { pid: number } };
  /** Runs a command of a node to its end; output is kept to its last `most` bytes. */
  step: {
    ask: NodeCommand & { timeout: Milliseconds; input?: string; most: number };
    answer: Exit & { stdout: string; stderr: string; late: boolean };
  };
  /** Sends a signal to everything that carries the node's mark; after SIGKILL resolves when none of it is left. */
  signal: { ask: { node: string; signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' }; answer: { processes: number } };
  /** Stops or wakes everything that carries the node's mark; resolves when the system shows it so. */
  freeze: { ask: { node: string; frozen: boolean }; answer: { processes: number; observed: boolean } };
  /** `lost`: unsynced bytes taken away. `at`: the byte that was hit, null when there was none. */
  damage: { ask: Damage; answer: { lost: number; at: number | null } };
  /** Exactly these links are not clean from now on. Resolves when the kernel has the rules. */
  network: { ask: { links: readonly LinkState[] }; answer: object };
  /** What the kernel says of the faults on what this host sends: to these addresses, and to others where it should be clean. */
  measured: { ask: { to: readonly string[] }; answer: Measured };
  /** Sends so many datagrams with this text (one) to a helper's probe port. `refused`: the kernel would not send one of them. */
  probe: { ask: { address: string; port: number; text: string; count?: number }; answer: { refused: boolean } };
  /** The last probe from an address, and how many packets from it were dropped by our rules since they are in force. */
  probed: { ask: { from: string }; answer: { text: string | null; dropped: number } };
  /** The clock that programs of a node see, by libfaketime's file; in force for whatever was started with it. */
  clock: { ask: { node: string; faults: readonly ClockFault[] }; answer: object };
  /** Moves the host's own clock by as much; 0 brings it back. */
  'host-clock': { ask: { offset: Milliseconds }; answer: object };
  /** Exactly these faults of folders are in force from now on. */
  folders: { ask: { faults: readonly FolderFault[] }; answer: object };
  /**
   * Every sync of all that runs of a node takes so much longer; 0: no longer. Resolves when all of it is held so, and says how many
   * processes that are; what is started later has to be asked for again.
   */
  'slow-disk': { ask: { node: string; delay: Milliseconds }; answer: { processes: number } };
  /**
   * `mount`: the folder of a node that is dead lies on LazyFS from now on, until it is taken off (`unmount`, or when the nodes are
   * killed at the end). `drop`: what is not synced there is gone; `lost`: how many bytes. The node must be dead.
   */
  unsynced: { ask: { node: string; folder: string; act: 'mount' | 'drop' | 'unmount' }; answer: { lost: number } };
  'damage-files': { ask: FileDamage; answer: { file: string | null; at: number } };
  /** Takes back every fault, now. */
  heal: { ask: object; answer: object };
  /** Takes back every fault, kills every node, and ends. */
  end: { ask: object; answer: object };
}

/** Read from the kernel, not from what was declared. */
export interface Measured {
  links: readonly MeasuredLink[];
  /** What is in force and nobody has declared, in words. */
  stray: readonly string[];
}

export interface MeasuredLink {
  to: string;
  /** What was declared and is not in force, in words; null: all of it is. */
  missing: string | null;
  /** Packets that were lost on purpose since that is in force; null: none is to be lost. */
  lost: number | null;
  /** Packets that went through the queue of a rate, a delay and the like; null: there is none to be. */
  shaped: number | null;
}

export interface Hello {
  pid: number;
  root: boolean;
  /** Wall time there, in nanoseconds. */
  time: number;
  /** UDP port that takes probes. */
  probe: number;
  /** It was there before, with faults of an earlier connection that it has taken back meanwhile. */
  healed: boolean;
}

export type RequestName = keyof Requests;
export type Ask<K extends RequestName> = Requests[K]['ask'];
export type Answer<K extends RequestName> = Requests[K]['answer'];

/** To the helper. */
export type RequestLine = { [K in RequestName]: { id: number; do: K } & Ask<K> }[RequestName];

/** From the helper. */
export type ReplyLine =
  | { id: number; answer: Answer<RequestName> }
  /** `code`: as of a ChaosError. */
  | { id: number; error: { code: string; message: string; hint?: string } }
  | HelperEvent;

export type HelperEvent =
  /** A node's main process has ended; `lines`: the last of its log. */
  | { event: 'exit'; node: string; pid: number; code: number | null; signal: string | null; lines: string[] }
  /** Worth knowing. */
  | { event: 'note'; node: string | null; detail: string };
