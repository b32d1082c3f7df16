// Puts our drops in force, through iptables or through nft. Each change is one process, and happens as a whole or not at all.
import { ChaosError } from '../../../contracts/error.js';
import type { Command } from '../../host/host.js';
import type { Abilities } from './abilities.js';
import type { Address, Family } from './address.js';
import { type Losses, parseLosses, parseNftLosses } from './evidence.js';
import { change, type Installed, parseDropped, parseInstalled } from './iptables-text.js';
import { LIST_COUNTERS, LIST_TABLE, nftText, parseCounter } from './nft-text.js';
import { type Drops, dropsOf, NO_DROPS } from './rules.js';
import type { Ran, Run } from './run.js';

/** Drops in force for some families of addresses. */
interface Filter {
  /** Of these drops exactly those that it handles. Rejects with ChaosError('network-rules'). */
  apply(drops: Drops): Promise<void>;
  dropped(from: Address): Promise<number>;
  losses(): Promise<Losses>;
  handles(address: Address): boolean;
}

/** iptables and ip6tables where they do all that nft does; nft has what is left, and what turns out not to work. */
export class Filters {
  readonly #tables: IptablesFilter[] = [];
  readonly #nft: NftFilter | null;

  /** `tool` leaves out the other one. */
  constructor(run: Run, abilities: Abilities, host: string, tool?: 'iptables' | 'nft') {
    const left = new Set<Family>([4, 6]);
    const nft = tool !== 'iptables' && abilities.nft === true;
    for (const [program, family, statistic] of [
      ['iptables', 4, 'statistic'],
      ['ip6tables', 6, 'statistic6'],
    ] as const) {
      const canLose = abilities[statistic] === true || !nft || abilities.numgen !== true;
      if (tool === 'nft' || abilities[program] !== true || !canLose) continue;
      const giveUp = nft ? () => void left.add(family) : null;
      this.#tables.push(new IptablesFilter(run, program, family, host, giveUp));
      left.delete(family);
    }
    this.#nft = nft ? new NftFilter(run, left, host) : null;
  }

  /** Looks up what is there, so that the first change need not. */
  async look(): Promise<void> {
    await Promise.all(this.#tables.map((table) => table.look()));
  }

  /** Exactly these drops from now on. Rejects with ChaosError('network-rules'). */
  async apply(drops: Drops): Promise<void> {
    const results = await Promise.allSettled(this.#tables.map((table) => table.apply(drops)));
    await this.#nft?.apply(drops);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  /** Packets from an address that were dropped since its cut is in force. */
  async dropped(from: Address): Promise<number> {
    const filters: (Filter | null)[] = [...this.#tables, this.#nft];
    return (await filters.find((filter) => filter?.handles(from))?.dropped(from)) ?? 0;
  }

  /** What the kernel has of our losses, by address, and how many packets each has dropped. */
  async losses(): Promise<Losses> {
    const filters: Filter[] = [...this.#tables, ...(this.#nft === null ? [] : [this.#nft])];
    const found = await Promise.all(filters.map((filter) => filter.losses()));
    return new Map(found.flatMap((losses) => [...losses]));
  }
}

class IptablesFilter implements Filter {
  readonly #run: Run;
  readonly #program: string;
  readonly #family: Family;
  readonly #host: string;
  readonly #giveUp: (() => void) | null;
  #installed: Installed | null = null;
  /** It has been changed by us. */
  #used = false;
  /** The table has something in it that iptables cannot deal with. */
  #hasGivenUp = false;

  /** `giveUp`: somebody else takes over; null: there is nobody. */
  constructor(run: Run, program: string, family: Family, host: string, giveUp: (() => void) | null) {
    this.#run = run;
    this.#program = program;
    this.#family = family;
    this.#host = host;
    this.#giveUp = giveUp;
  }

  handles(address: Address): boolean {
    return address.family === this.#family && !this.#hasGivenUp;
  }

  async look(): Promise<void> {
    this.#installed = await this.#listed();
  }

  async apply(drops: Drops): Promise<void> {
    const ours = dropsOf(drops, (address) => this.handles(address));
    if (this.#installed !== null) {
      // Someone may have changed our chains meanwhile: then we look, and try once more.
      const { failed } = await this.#change(this.#installed, ours);
      if (failed === null) return;
    }
    const { failed } = await this.#change(await this.#listed(), ours);
    if (failed === null) return;
    // Nothing of it is in force then.
    if (this.#giveUp === null || isEmpty(ours)) throw refusal(this.#host, `${this.#program}-restore`, failed);
    this.#hasGivenUp = true;
    this.#giveUp();
  }

  async dropped(from: Address): Promise<number> {
    if ((this.#installed?.rules?.length ?? 0) === 0) return 0;
    const { stdout } = await this.#run([this.#program, '-w', '5', '-v', '-S', 'CHAOS-IN']);
    return parseDropped(stdout).get(from.text) ?? 0;
  }

  async losses(): Promise<Losses> {
    if (!this.#used) return new Map();
    return parseLosses((await this.#run([this.#program, '-w', '5', '-v', '-S'])).stdout);
  }

  async #listed(): Promise<Installed> {
    const listed = await this.#run([this.#program, '-w', '5', '-S']);
    if (listed.code !== 0) throw refusal(this.#host, this.#program, listed);
    return parseInstalled(listed.stdout);
  }

  async #change(installed: Installed, drops: Drops): Promise<{ failed: Ran | null }> {
    const { text, after } = change(installed, drops);
    this.#installed = null;
    if (text !== null) {
      this.#used = true;
      const ran = await this.#run([`${this.#program}-restore`, '--noflush', '-w', '5'], { input: text });
      if (ran.code !== 0) return { failed: ran };
    }
    this.#installed = after;
    return { failed: null };
  }
}

class NftFilter implements Filter {
  readonly #run: Run;
  readonly #families: ReadonlySet<Family>;
  readonly #host: string;
  #inForce: Drops | null;
  /** It has been changed by us. */
  #used = false;

  /** `families` may come to be more. */
  constructor(run: Run, families: ReadonlySet<Family>, host: string) {
    this.#run = run;
    this.#families = families;
    this.#host = host;
    this.#inForce = families.size === 0 ? NO_DROPS : null;
  }

  handles(address: Address): boolean {
    return this.#families.has(address.family);
  }

  async apply(drops: Drops): Promise<void> {
    const ours = dropsOf(drops, (address) => this.handles(address));
    const before = this.#inForce;
    if (before !== null && isEmpty(before) && isEmpty(ours)) return;
    this.#inForce = null;
    this.#used = true;
    let ran = await this.#feed(nftText(before === null ? null : before.cuts, ours));
    // Someone may have removed our table or its counters meanwhile.
    if (ran.code !== 0 && before !== null) ran = await this.#feed(nftText(null, ours));
    if (ran.code !== 0) throw refusal(this.#host, 'nft', ran);
    this.#inForce = ours;
  }

  async dropped(from: Address): Promise<number> {
    if ((this.#inForce?.cuts.length ?? 0) === 0) return 0;
    const { stdout } = await this.#run(LIST_COUNTERS as Command);
    return parseCounter(stdout, from);
  }

  async losses(): Promise<Losses> {
    if (!this.#used) return new Map();
    return parseNftLosses((await this.#run(LIST_TABLE as Command)).stdout);
  }

  #feed(text: string): Promise<Ran> {
    return this.#run(['nft', '-f', '-'], { input: text });
  }
}

function isEmpty(drops: Drops): boolean {
  return drops.cuts.length === 0 && drops.losses.length === 0;
}

/** What a tool said no with, in one line. */
export function refusal(host: string, tool: string, { code, stderr }: Ran): ChaosError {
  const said =
    stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('#'))[0]
      ?.slice(0, 300) ?? '';
  return new ChaosError('network-rules', `${host}: ${tool} refused our rules: ${said || `status ${code}`}`, {
    hint: `Try ${tool} there by hand, as root; another program may hold its lock or have changed the rules of chaos.`,
  });
}
