// Puts our drops in force, through iptables or through nft. Each change is one process, and happens as a whole or not at all.
import { ChaosError } from '../../../contracts/error.js';
import type { Command } from '../../host/host.js';
import type { Abilities } from './abilities.js';
import type { Address, Family } from './address.js';
import { change, type Installed, parseDropped, parseInstalled } from './iptables-text.js';
import { LIST_COUNTERS, nftText, parseCounter } from './nft-text.js';
import { type Drops, dropsOf } from './rules.js';
import type { Ran, Run } from './run.js';

/** Drops in force for some families of addresses. */
export interface Filter {
  /** Exactly these drops from now on; those of other families are left to others. Rejects with ChaosError('network-rules'). */
  apply(drops: Drops): Promise<void>;
  /** Packets from an address that were dropped since its cut is in force. */
  dropped(from: Address): Promise<number>;
  /** Looks up what is there, so that the first change need not. */
  look(): Promise<void>;
  handles(address: Address): boolean;
}

/** One for iptables, one for ip6tables where they do all that nft does; nft has what is left. `tool` leaves out the other one. */
export function filtersFor(run: Run, abilities: Abilities, host: string, tool?: 'iptables' | 'nft'): Filter[] {
  const filters: Filter[] = [];
  const left = new Set<Family>([4, 6]);
  for (const [program, family, statistic] of [
    ['iptables', 4, 'statistic'],
    ['ip6tables', 6, 'statistic6'],
  ] as const) {
    const canLose = abilities[statistic] === true || abilities.nft !== true || abilities.numgen !== true;
    if (tool === 'nft' || abilities[program] !== true || !canLose) continue;
    filters.push(new IptablesFilter(run, program, family, host));
    left.delete(family);
  }
  if (tool !== 'iptables' && abilities.nft === true && left.size > 0) filters.push(new NftFilter(run, left, host));
  return filters;
}

class IptablesFilter implements Filter {
  readonly #run: Run;
  readonly #program: string;
  readonly #family: Family;
  readonly #host: string;
  #installed: Installed | null = null;

  constructor(run: Run, program: string, family: Family, host: string) {
    this.#run = run;
    this.#program = program;
    this.#family = family;
    this.#host = host;
  }

  handles(address: Address): boolean {
    return address.family === this.#family;
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
    if (failed !== null) throw refusal(this.#host, `${this.#program}-restore`, failed);
  }

  async dropped(from: Address): Promise<number> {
    if ((this.#installed?.rules?.length ?? 0) === 0) return 0;
    const { stdout } = await this.#run([this.#program, '-w', '5', '-v', '-S', 'CHAOS-IN']);
    return parseDropped(stdout).get(from.text) ?? 0;
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
  #inForce: Drops | null = null;

  constructor(run: Run, families: ReadonlySet<Family>, host: string) {
    this.#run = run;
    this.#families = families;
    this.#host = host;
  }

  handles(address: Address): boolean {
    return this.#families.has(address.family);
  }

  /** Its text is good whatever is there. */
  async look(): Promise<void> {}

  async apply(drops: Drops): Promise<void> {
    const ours = dropsOf(drops, (address) => this.handles(address));
    const before = this.#inForce;
    if (before !== null && isEmpty(before) && isEmpty(ours)) return;
    this.#inForce = null;
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
