// Faults of the links between hosts: counted here, declared as a whole to each host's helper, and probed.
import type { Effect, Link, LinkQuality } from '../../contracts/cluster.js';
import { ChaosError } from '../../contracts/error.js';
import { type Clock, type Milliseconds, toNs } from '../../contracts/time.js';
import { Counted } from '../counted.js';
import type { LinkState } from '../helper/protocol.js';
import { effect, type LinkFaults } from '../node-faults.js';
import { addedUp } from './quality.js';
import { QualityProbes } from './quality-probes.js';
import type { Station } from './station.js';

/** How long a cut may take to be seen, and a healed link to carry a probe. */
const CLOSED: Milliseconds = 1000;
const OPEN: Milliseconds = 3000;
const PAUSES: readonly Milliseconds[] = [1, 2, 4, 8, 16, 32];

export interface LinksOptions {
  clock: Clock;
  run: string;
  /** By node. */
  stations: ReadonlyMap<string, Station>;
  /** A link that should be open and carries nothing. */
  note: (node: string, detail: string) => void;
}

export class RemoteLinks implements LinkFaults {
  readonly #options: LinksOptions;
  readonly #cuts = new Counted<'cut'>();
  readonly #qualities = new Counted<LinkQuality>();
  /** Declarations to each node's host, one after the other. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #qualityProbes: QualityProbes;
  #probes = 0;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#qualityProbes = new QualityProbes({ ...options, text: () => this.#text() });
  }

  cut(links: readonly Link[]): Promise<Effect> {
    const undo = this.#cuts.add(links.map(nameOf), 'cut');
    const hosts = unique(links.map(([, to]) => to));
    return this.#inForce(hosts, undo, {
      begun: () => all(links, (link) => this.#seeClosed(link)),
      healed: () => all(links, (link) => this.#seeOpen(link)),
    });
  }

  degrade(links: readonly Link[], quality: LinkQuality): Promise<Effect> {
    const undo = this.#qualities.add(links.map(nameOf), quality);
    const hosts = unique(links.map(([from]) => from));
    return this.#inForce(hosts, undo, {
      begun: () => this.#qualityProbes.seeDegraded(links, (link) => addedUp(this.#qualities.of(nameOf(link)))),
      healed: async () => {
        await this.#qualityProbes.seeHealed(links);
        await all(links, (link) => this.#seeOpen(link));
      },
    });
  }

  /** Says again what should be in force there: the host has forgotten it. */
  declare(node: string): Promise<void> {
    const turn = (this.#turns.get(node) ?? Promise.resolve()).then(async () => {
      const station = this.#station(node);
      if (station.isUp) await station.request('network', { links: this.#statesAt(node) });
    });
    this.#turns.set(
      node,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #inForce(
    hosts: readonly string[],
    undo: () => readonly string[],
    see: { begun: () => Promise<void>; healed: () => Promise<void> },
  ): Promise<Effect> {
    try {
      await all(hosts, (host) => this.declare(host));
      await see.begun();
    } catch (error) {
      undo();
      await all(hosts, (host) => this.declare(host)).catch(() => {});
      throw error;
    }
    return effect(async () => {
      undo();
      await all(hosts, (host) => this.declare(host));
      await see.healed();
    });
  }

  #statesAt(node: string): LinkState[] {
    const states: LinkState[] = [];
    for (const [peer, station] of this.#options.stations) {
      if (peer === node) continue;
      const cut = this.#cuts.has(nameOf([peer, node]));
      const qualities = this.#qualities.of(nameOf([node, peer]));
      if (!cut && qualities.length === 0) continue;
      states.push({
        peer: station.address,
        ...(cut ? { cut } : {}),
        ...(qualities.length === 0 ? {} : { quality: addedUp(qualities) }),
      });
    }
    return states;
  }

  /** A probe that is sent over a cut link is dropped by our rule there, which counts it, or the sender's kernel refuses it. */
  async #seeClosed(link: Link): Promise<void> {
    const ends = this.#ends(link);
    if (ends === null) return;
    const { from, to } = ends;
    const seen = await this.#within(CLOSED, async () => {
      const { refused } = await this.#probe(from, to);
      return refused || (await to.request('probed', { from: from.address })).dropped > 0;
    });
    if (seen) return;
    throw new ChaosError(
      'fault-not-observed',
      `the cut from ${from.host.title} to ${to.host.title} has no effect: packets still arrive`,
      {
        hint: `Nodes must reach each other by the addresses ${from.address} and ${to.address}, and over no other way.`,
      },
    );
  }

  async #seeOpen(link: Link): Promise<void> {
    const seen = await this.#within(OPEN, async () => {
      // Another fault may be in force there, or have turned a host off.
      const isClean = !this.#cuts.has(nameOf(link)) && !this.#qualities.has(nameOf(link));
      const ends = isClean ? this.#ends(link) : null;
      if (ends === null) return true;
      const { text } = await this.#probe(ends.from, ends.to);
      await this.#options.clock.sleep(1);
      return (await ends.to.request('probed', { from: ends.from.address })).text === text;
    });
    if (!seen) this.#options.note(link[1], `nothing arrives from ${link[0]}, though no fault is in force`);
  }

  async #probe(from: Station, to: Station): Promise<{ text: string; refused: boolean }> {
    const text = this.#text();
    const { refused } = await from.request('probe', { address: to.address, port: to.probePort!, text });
    return { text, refused };
  }

  #text(): string {
    return `${this.#options.run} ${++this.#probes}`;
  }

  #ends([from, to]: Link): { from: Station; to: Station } | null {
    const ends = { from: this.#station(from), to: this.#station(to) };
    return ends.from.isUp && ends.to.isUp && ends.to.probePort !== null ? ends : null;
  }

  /** Asks until it is so, with growing pauses; false: it did not come to be in time. */
  async #within(limit: Milliseconds, isSo: () => Promise<boolean>): Promise<boolean> {
    const { clock } = this.#options;
    const deadline = clock.now() + toNs(limit);
    for (let turn = 0; ; turn++) {
      if (await isSo()) return true;
      if (clock.now() > deadline) return false;
      await clock.sleep(PAUSES[Math.min(turn, PAUSES.length - 1)]!);
    }
  }

  #station(node: string): Station {
    return this.#options.stations.get(node)!;
  }
}

function nameOf([from, to]: Link): string {
  return `${from} ${to}`;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

async function all<T>(items: readonly T[], step: (item: T) => Promise<void>): Promise<void> {
  await Promise.all(items.map(step));
}
