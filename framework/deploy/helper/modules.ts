// What the helper is made of: modules, each of which answers some requests and takes back the faults that they have caused.
import type { Answer, Ask, RequestName } from './protocol.js';

/** What a module may ask of the helper that it is part of. */
export interface HelperContext {
  /** Folder of the helper's own files, mode 0700. */
  readonly folder: string;
  /** True when it runs as root. */
  readonly root: boolean;
  /** The run that the last `hello` named; empty before. */
  run(): string;
  /**
   * Records what a module is about to have in force, as JSON; null: nothing. Atomic and done when it returns. Call it before a fault,
   * with all that must be undone should the helper be killed now: the next helper hands it to `recover`.
   */
  remember(module: string, state: unknown): void;
  /** Tells the control process something worth knowing, of a node or of the host. */
  note(node: string | null, detail: string): void;
  /** One line of `helper.log`. */
  log(line: string): void;
}

/** Answers to requests, by name. What they throw is the answer then: a ChaosError with its code and hint. */
export type Handlers = { [K in RequestName]?: (ask: Ask<K>) => Promise<Answer<K>> };

export interface HelperModule {
  /** Under which it remembers: stable and unique. */
  readonly name: string;
  /**
   * Requests of one lane run one after the other, lanes run beside each other. A request that names a node is in the lane of that node,
   * any other in the lane of its module. All must end within a few seconds.
   */
  readonly handle: Handlers;
  /**
   * Takes back every fault of this module, also half-made ones, and resolves when none is in force. Never runs beside a request of its
   * module. Harmless when nothing is in force. Rejects when something could not be taken back; it is then tried again.
   */
  restore(): Promise<void>;
  /** Takes back what an earlier helper, killed since, remembered last; called once, before any request, where there is such a state. */
  recover?(state: unknown): Promise<void>;
  /** Every node that was started here was killed: takes away what stood under them. Rejects when something stays. */
  leave?(): Promise<void>;
  /** The nodes go on without us: what stands under them stays, and is theirs. */
  forget?(): void;
  /** How many packets from an address the rules of this module have dropped since they are in force. */
  dropped?(from: string): Promise<number>;
}

/** Makes a module: `networkModule` of `network/index.ts`, say. */
export type MakeModule = (context: HelperContext) => HelperModule;
