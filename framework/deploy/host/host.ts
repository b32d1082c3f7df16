// A machine that nodes can live on, as the control process sees it: reached over SSH, through a container engine, or this one.
import type { Duplex, Readable, Writable } from 'node:stream';
import type { Milliseconds } from '../../contracts/time.js';

/** A program and its arguments, each taken as it is: text in them is never read by a shell. */
export type Command = readonly [program: string, ...args: string[]];

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  input?: string | Uint8Array;
  /** 60 s where it is left out; the command is then ended, and `run` rejects with ChaosError('host-timeout'). */
  timeout?: Milliseconds;
  /** As root: as the user is, or through sudo, which must not ask for a password. */
  root?: boolean;
  /** Doing it twice does no harm: it is tried again when the connection was lost. */
  repeatable?: boolean;
  /** Bytes of stdout and of stderr that are kept, each; 16 MiB where it is left out. */
  most?: number;
}

/** How a command ended: by itself (`code`) or by a signal. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

export interface Output extends Exit {
  stdout: string;
  stderr: string;
}

/** A command whose input and output stay open. */
export interface Pipe {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when it has ended, or the connection to it was lost (code and signal are then null). */
  readonly exited: Promise<Exit>;
  /** Closes the connection to it; a command that reads its input then ends. */
  close(): void;
}

/** A command that goes on without us. */
export interface Daemon {
  pid: number;
  /** Its exit status once it has ended; null while it runs. */
  status(): Promise<number | null>;
  /** Sends a signal to its whole process group. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

export interface DaemonOptions {
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  root?: boolean;
  /** File that takes stdout and stderr, appended to; pid and exit status are kept beside it (`<log>.pid`, `<log>.status`). */
  log: string;
}

/**
 * Every method that cannot reach the host rejects with ChaosError('host-unreachable'), whose message names the host and whose
 * hint says what to do; files that cannot be read or written: 'host-file'. Secrets appear in none of them.
 */
export interface Host {
  /** The node that lives there. */
  readonly name: string;
  /** Where other hosts reach it. */
  readonly address: string;
  /** How a person names it: `ssh root@10.0.0.1:22`, `podman container chaos-x-n1`, `this machine`. */
  readonly title: string;
  run(command: Command, options?: RunOptions): Promise<Output>;
  /** A command with open input and output. Rejects when it cannot be started. */
  open(command: Command, options?: Pick<RunOptions, 'env' | 'cwd' | 'root'>): Promise<Pipe>;
  /** A file or folder of this machine, or bytes, to an absolute path there; folders above it are made. */
  upload(source: string | Uint8Array, path: string, options?: { mode?: number }): Promise<void>;
  /** A file or folder there to a path of this machine. */
  download(path: string, target: string): Promise<void>;
  spawn(command: Command, options: DaemonOptions): Promise<Daemon>;
  /** A stream to a TCP port of the host, through our connection to it; only where that may be another way than the network's. */
  dial?(port: number): Promise<Duplex>;
  /** Frees connections; nothing on the host changes. */
  close(): Promise<void>;
}

/** Where the hosts of a cluster come from, and what can be done to them from outside. */
export interface HostSource {
  /**
   * Makes or reaches a host for each node, all at once; called once. Rejects with one error that names every host that failed, each
   * with its remedy. What was made until then is left to `close`.
   */
  open(nodes: readonly string[], say: (line: string) => void): Promise<ReadonlyMap<string, Host>>;
  /** Turns a host off without warning, and on again; the latter resolves when it can be reached. Both only where that is possible. */
  powerOff?(node: string): Promise<void>;
  powerOn?(node: string): Promise<void>;
  /** How a person enters a host: a command line. */
  entrance(node: string): string;
  /** Closes connections and removes what `open` made. Safe at any time, also while `open` runs; `keep`: leaves it. */
  close(options?: { keep?: boolean }): Promise<void>;
}
