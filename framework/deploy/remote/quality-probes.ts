// Whether poor links are poor: probes are sent over them, and the hosts asked what their kernels made of those.
import type { Link, LinkQuality } from '../../contracts/cluster.js';
import { ChaosError } from '../../contracts/error.js';
import type { Clock, Milliseconds } from '../../contracts/time.js';
import type { Answer, Ask, MeasuredLink, RequestName } from '../helper/protocol.js';
import type { Station } from './station.js';

/** Probes at once over one link. */
const MOST_PROBES = 300;
/** How likely it is that so many probes at once all arrive over a link that loses some. */
const MISS = 1e-3;
/** How likely that is for all probes together, for the fault to count as not in force. */
const SURE = 1e-6;
/** So much of what is sent is lost that nothing may be left for a queue. */
const MOSTLY = 0.5;
/** What probes may take of a slow link, and what one of them weighs there. */
const SHARE: Milliseconds = 50;
const WEIGHT = 100 * 8;
/** Before each turn of probes. */
const PAUSES: readonly Milliseconds[] = [0, 5, 40, 150];

/** How many probes show a poor link at once: a loss all but once in 1/MISS, unless they would be too many for it. */
export function probesFor({ loss = 0, rate = Number.POSITIVE_INFINITY }: LinkQuality): number {
  const needed = loss > 0 && loss < 1 ? Math.ceil(Math.log(MISS) / Math.log1p(-loss)) : 1;
  const room = Math.floor(((rate / 1000) * SHARE) / WEIGHT);
  return Math.max(1, Math.min(needed, MOST_PROBES, room));
}

export interface QualityProbesOptions {
  clock: Clock;
  stations: ReadonlyMap<string, Station>;
  note: (node: string, detail: string) => void;
  /** A text that no other probe has. */
  text: () => string;
}

/** A link between two hosts that are up. */
interface Watched {
  from: Station;
  to: Station;
  /** The node that sends. */
  node: string;
  quality: LinkQuality;
  probes: number;
  refused: boolean;
  /** What was measured last. */
  measured: MeasuredLink | null;
}

export class QualityProbes {
  readonly #options: QualityProbesOptions;

  constructor(options: QualityProbesOptions) {
    this.#options = options;
  }

  /**
   * Rejects with ChaosError('fault-not-observed') when a kernel does not have what was declared, or has it to no effect; notes what
   * cannot be seen, because it is rare or because nothing arrives there anyway.
   */
  async seeDegraded(links: readonly Link[], qualityOf: (link: Link) => LinkQuality): Promise<void> {
    let unseen = links.flatMap((link) => this.#watched(link, qualityOf(link)));
    for (const pause of PAUSES) {
      if (unseen.length === 0) return;
      if (pause > 0) await this.#options.clock.sleep(pause);
      await Promise.all(unseen.map((watched) => this.#probe(watched)));
      const hosts = [...new Set(unseen.map(({ from }) => from))];
      await Promise.all(
        hosts.map((host) =>
          measure(
            host,
            unseen.filter(({ from }) => from === host),
          ),
        ),
      );
      unseen = unseen.filter((watched) => areUp(watched) && !isSeen(watched));
    }
    await Promise.all(unseen.map((watched) => this.#judge(watched)));
  }

  /** Rejects with ChaosError('not-healed') when a kernel has more in force than was declared. */
  async seeHealed(links: readonly Link[]): Promise<void> {
    const hosts = new Set(links.map(([from]) => this.#options.stations.get(from)!).filter(({ isUp }) => isUp));
    await Promise.all(
      [...hosts].map(async (station) => {
        const { stray = [] } = (await asked(station, 'measured', { to: [] })) ?? {};
        if (stray.length === 0) return;
        const what = stray.join(' and ');
        throw new ChaosError('not-healed', `${station.host.title} still has ${what}, though that was to heal`, {
          hint: 'The helper there removes what is left when it ends; chaos heal does, too.',
        });
      }),
    );
  }

  #watched(link: Link, quality: LinkQuality): Watched[] {
    const [from, to] = link.map((node) => this.#options.stations.get(node)!) as [Station, Station];
    const watched = { from, to, node: link[0], quality, probes: 0, refused: false, measured: null };
    return areUp(watched) ? [watched] : [];
  }

  async #probe(watched: Watched): Promise<void> {
    const { from, to, quality } = watched;
    const sent = probesFor(quality);
    if (!areUp(watched)) return;
    const ask = { address: to.address, port: to.probePort!, text: this.#options.text(), count: sent };
    const answer = await asked(from, 'probe', ask);
    watched.probes += sent;
    watched.refused ||= answer?.refused ?? true;
  }

  /** Of what the kernel has in force, and no probe has met. */
  async #judge(watched: Watched): Promise<void> {
    const { from, to, node, quality, probes, refused, measured } = watched;
    if (measured?.shaped === 0) {
      if (await this.#passes(from, to))
        throw notObserved(from, 'nothing that is sent there goes through its queue', to);
      this.#options.note(node, `whether the link to ${to.name} is poor cannot be seen: nothing arrives there`);
      return;
    }
    const met = measured?.shaped ?? (refused ? 0 : probes);
    if ((1 - (quality.loss ?? 0)) ** met < SURE) throw notObserved(from, `none of ${met} packets was lost`, to);
    const share = `${Number(((quality.loss ?? 0) * 100).toPrecision(3))} %`;
    this.#options.note(node, `its host loses ${share} of what is sent to ${to.name}; none of ${probes} probes was`);
  }

  /** Whether a probe of now arrives. */
  async #passes(from: Station, to: Station): Promise<boolean> {
    const text = this.#options.text();
    await asked(from, 'probe', { address: to.address, port: to.probePort!, text });
    await this.#options.clock.sleep(PAUSES.at(-1)!);
    return (await asked(to, 'probed', { from: from.address }))?.text === text;
  }
}

/** A host that is turned off or lost meanwhile is another matter: null. */
async function asked<K extends RequestName>(station: Station, name: K, ask: Ask<K>): Promise<Answer<K> | null> {
  try {
    return await station.request(name, ask);
  } catch (error) {
    if (station.isUp) throw error;
    return null;
  }
}

function areUp({ from, to }: Pick<Watched, 'from' | 'to'>): boolean {
  return from.isUp && to.isUp && to.probePort !== null;
}

async function measure(from: Station, links: readonly Watched[]): Promise<void> {
  const answer = await asked(from, 'measured', { to: links.map(({ to }) => to.address) });
  links.forEach((watched, i) => {
    watched.measured = answer?.links[i] ?? null;
    const missing = watched.measured?.missing ?? null;
    if (missing !== null) throw notObserved(from, missing, watched.to);
  });
}

function isSeen({ measured, quality }: Watched): boolean {
  if (measured === null || measured.lost === 0) return false;
  // What is lost before the queue does not come to it.
  return measured.shaped !== 0 || (measured.lost !== null && (quality.loss ?? 0) >= MOSTLY);
}

function notObserved(from: Station, why: string, to: Station): ChaosError {
  return new ChaosError(
    'fault-not-observed',
    `the poor link from ${from.host.title} to ${to.host.title} has no effect: ${why}`,
    { hint: 'Another program there may have removed or bypassed the rules of chaos: look at iptables -S, nft and tc.' },
  );
}
