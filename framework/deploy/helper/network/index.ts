// The faults of links that a helper keeps in force: each request says the whole of them.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ChaosError } from '../../../contracts/error.js';
import type { HelperContext, HelperModule } from '../modules.js';
import type { LinkState, Measured, MeasuredLink } from '../protocol.js';
import { type Abilities, networkAbilities } from './abilities.js';
import { type Address, addressOf } from './address.js';
import { writeTables } from './distribution.js';
import { missingLoss } from './evidence.js';
import { Filters } from './filter.js';
import { type Drops, NO_DROPS, rulesFor } from './rules.js';
import { type Run, runHere } from './run.js';
import { Traffic } from './traffic.js';

const NAME = 'network';

export interface NetworkOptions {
  /** Runs a command as root on the host. */
  run?: Run;
  /** Instead of iptables where that works, else nft. */
  tool?: 'iptables' | 'nft';
  /** What the host is called in messages. */
  host?: string;
}

/** Looks at once what the host can do, so that the first fault need not wait for that. */
export function networkModule(context: HelperContext, options: NetworkOptions = {}): HelperModule {
  const network = new NetworkFaults(context, options);
  return {
    name: NAME,
    handle: {
      network: async ({ links }) => {
        await network.declare(links);
        return {};
      },
      measured: ({ to }) => network.measured(to.map(addressOf)),
    },
    restore: () => network.restore(),
    // What is in force is read from the kernel, where our rules are known by their names.
    recover: () => network.recover(),
    dropped: (from) => network.dropped(from),
  };
}

interface Tools {
  abilities: Abilities;
  filters: Filters;
}

class NetworkFaults {
  readonly #context: HelperContext;
  readonly #run: Run;
  readonly #host: string;
  readonly #tool: NetworkOptions['tool'];
  readonly #tables: string;
  readonly #traffic: Traffic;
  #tools: Promise<Tools> | null = null;
  #tablesWritten = false;
  #losses: Drops['losses'] = [];
  /** Something may be in force, and the helper that comes after us knows. */
  #remembered = false;

  constructor(context: HelperContext, { run = runHere, tool, host = hostname() }: NetworkOptions) {
    this.#context = context;
    this.#run = run;
    this.#host = host;
    this.#tool = tool;
    this.#tables = join(context.folder, 'tc');
    this.#traffic = new Traffic(run, host, this.#tables);
    if (context.root) this.#look().catch(() => {});
  }

  async declare(links: readonly LinkState[]): Promise<void> {
    if (links.length === 0) return this.restore();
    if (!this.#context.root) {
      throw new ChaosError('fault-unsupported', `${this.#host}: faults of links need root, and the helper is not`, {
        hint: 'Reach the host as root, or say sudo: true.',
      });
    }
    const { abilities, filters } = await this.#look();
    const rules = rulesFor(links, this.#only(abilities), this.#host);
    const placed = await this.#traffic.place(rules.shapes);
    this.#remember(true);
    if (placed.length > 0) this.#writeTables();
    this.#losses = rules.losses;
    await filters.apply(rules);
    if (placed.length > 0 || !this.#traffic.isClean) await this.#traffic.apply(placed);
  }

  async recover(): Promise<void> {
    this.#remembered = true;
    await this.restore();
  }

  async restore(): Promise<void> {
    if (!this.#context.root) return;
    const { abilities, filters } = await this.#look();
    this.#losses = [];
    await settled([filters.apply(NO_DROPS), ...(abilities.tc === true ? [this.#traffic.apply([])] : [])]);
    this.#remember(false);
  }

  async dropped(from: string): Promise<number> {
    if (!this.#remembered) return 0;
    const address = addressOf(from);
    const { filters } = await this.#look();
    return filters.dropped(address);
  }

  /** As the kernel has it, whatever we believe. */
  async measured(to: readonly Address[]): Promise<Measured> {
    if (!this.#context.root) return { links: [], stray: [] };
    const { abilities, filters } = await this.#look();
    const [losses, traffic] = await Promise.all([
      filters.losses(),
      abilities.tc === true ? this.#traffic.measured() : { links: [], stray: [] },
    ]);
    const shaped = new Map(traffic.links.map((link) => [link.to, link]));
    const dropping = new Set(this.#losses.map(({ to: address }) => address.text));
    const links = to.map((address): MeasuredLink => {
      const link = shaped.get(address.text) ?? { to: address.text, missing: null, lost: null, shaped: null };
      if (!dropping.has(address.text)) return link;
      const lost = losses.get(address.text);
      return { ...link, lost: lost ?? 0, missing: lost === undefined ? missingLoss(address) : link.missing };
    });
    const stray = [...losses.keys()].filter((text) => !dropping.has(text));
    return { links, stray: [...stray.map((text) => `a rule that loses packets to ${text}`), ...traffic.stray] };
  }

  #look(): Promise<Tools> {
    this.#tools ??= this.#looked();
    return this.#tools;
  }

  async #looked(): Promise<Tools> {
    try {
      const abilities = await networkAbilities(this.#run);
      const filters = new Filters(this.#run, abilities, this.#host, this.#tool);
      await filters.look();
      return { abilities, filters };
    } catch (error) {
      this.#tools = null;
      throw error;
    }
  }

  /** Without what the option leaves out. */
  #only(abilities: Abilities): Abilities {
    const left = 'was left out';
    if (this.#tool === 'nft')
      return { ...abilities, iptables: left, ip6tables: left, statistic: left, statistic6: left };
    if (this.#tool === 'iptables') return { ...abilities, nft: left, numgen: left };
    return abilities;
  }

  #remember(inForce: boolean): void {
    if (inForce === this.#remembered) return;
    this.#context.remember(NAME, inForce ? { inForce } : null);
    this.#remembered = inForce;
  }

  #writeTables(): void {
    if (this.#tablesWritten) return;
    writeTables(this.#tables);
    this.#tablesWritten = true;
  }
}

/** All of them, though one may fail; then rejects with the first failure. */
async function settled(works: readonly Promise<void>[]): Promise<void> {
  const failure = (await Promise.allSettled(works)).find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
