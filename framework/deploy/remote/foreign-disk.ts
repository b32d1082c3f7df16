// The disk of a node that is any program: its folder, broken from outside by the helper of its host.
import { ChaosError } from '../../contracts/error.js';
import type { Random } from '../../contracts/random.js';
import type { NodePlace } from '../../contracts/system.js';
import type { Answer, Ask, FolderFault } from '../helper/protocol.js';
import type { Breakage, LastingDamage } from '../node-faults.js';
import { slowedBy, type Wish } from '../wish.js';
import type { Station } from './station.js';

export interface ForeignDiskOptions {
  /** `n1 on ssh root@10.0.0.1:22`. */
  title: string;
  place: NodePlace;
  station: Pick<Station, 'request'>;
  /** Its folder lies on LazyFS, so that what is not synced can be lost. */
  isLazy: boolean;
  note(detail: string): void;
}

/** A file system with more room than this is not filled. */
const MOST_FILLED = 4 * 1024 ** 3;

export class ForeignDisk {
  readonly #options: ForeignDiskOptions;
  /** Its files were damaged, or cannot be written. */
  #isDamaged = false;
  #isUnwritable = false;
  /** What was last declared of its folder, and of its syncs. */
  #faults: readonly FolderFault[] = [];
  #isSlow = false;

  constructor(options: ForeignDiskOptions) {
    this.#options = options;
  }

  /** That the program ends is no wonder. */
  get explainsEnd(): boolean {
    return this.#isDamaged || this.#isUnwritable;
  }

  /** What nobody can do to this program. */
  refusal(fault: Breakage): string | null {
    const { isLazy } = this.#options;
    if (fault === 'torn-tail') return 'is a foreign program: nobody knows where its records end';
    if (fault === 'lose-unsynced' && !isLazy) return 'is a foreign program whose files do not lie on LazyFS';
    // Found on a real one.
    if (fault === 'full' && isLazy) return 'has its files on LazyFS, which says that it has synced what found no room';
    return null;
  }

  /** Before the first start, when its folder is as the program wants it. */
  async prepare(): Promise<void> {
    if (this.#options.isLazy) await this.#unsynced('mount');
  }

  /** Resolves when it is so. The helper refuses what the file system of the folder, or the right to trace, does not allow. */
  async tell(wish: Wish): Promise<void> {
    const { station, place } = this.#options;
    const folder = place.data;
    const has = (kind: FolderFault['kind']) => wish.disk.some((fault) => fault.kind === kind);
    const faults: FolderFault[] = [
      ...(has('full') ? [{ kind: 'full' as const, folder, most: MOST_FILLED }] : []),
      ...(has('read-only') ? [{ kind: 'read-only' as const, folder }] : []),
    ];
    this.#isUnwritable ||= faults.length > 0;
    if (faults.length > 0 || this.#faults.length > 0) await station.request('folders', { faults });
    this.#faults = faults;
    this.#isUnwritable = faults.length > 0;
    await this.#tellSlow(wish);
  }

  /** A new incarnation runs, which is as slow as the one before. */
  async started(wish: Wish): Promise<void> {
    if (slowedBy(wish) > 0) await this.#tellSlow(wish);
  }

  /**
   * Its host is on again, or its helper was reached again. What fills a disk outlives the helper that knew of it: the next one takes
   * back only what it was told of.
   */
  async back(wish: Wish): Promise<void> {
    if (this.#options.isLazy) await this.#unsynced('mount');
    if (this.#faults.length > 0) await this.#options.station.request('folders', { faults: this.#faults });
    if (this.#faults.length > 0 || this.#isSlow) await this.tell(wish);
  }

  /** It is dead. Returns how many bytes it has lost. */
  async dropUnsynced(): Promise<number> {
    return this.#unsynced('drop');
  }

  async assertDamageable(): Promise<void> {
    const { file } = await this.#damage({ kind: 'truncate', seed: 0, dry: true });
    if (file === null) throw this.#nothingToDamage();
  }

  async damage(kind: LastingDamage, position: number, random: Random): Promise<void> {
    const { file, at } = await this.#damage({ kind, seed: random.int(2 ** 32), position });
    if (file === null) throw this.#nothingToDamage();
    this.#isDamaged = true;
    this.#options.note(
      kind === 'truncate' ? `${file} was cut at byte ${at}` : `a bit of byte ${at} of ${file} was flipped`,
    );
  }

  async #tellSlow(wish: Wish): Promise<void> {
    const { station, place } = this.#options;
    const delay = slowedBy(wish);
    if (delay === 0 && !this.#isSlow) return;
    this.#isSlow = true;
    await station.request('slow-disk', { node: place.id, delay });
    this.#isSlow = delay > 0;
  }

  async #unsynced(act: Ask<'unsynced'>['act']): Promise<number> {
    const { station, place } = this.#options;
    return (await station.request('unsynced', { node: place.id, folder: place.data, act })).lost;
  }

  #damage(damage: Omit<Ask<'damage-files'>, 'folder' | 'files'>): Promise<Answer<'damage-files'>> {
    const { station, place } = this.#options;
    return station.request('damage-files', { ...damage, folder: place.data, files: '**' });
  }

  #nothingToDamage(): ChaosError {
    const { title, place } = this.#options;
    return new ChaosError('fault-unsupported', `${title} has no file in ${place.data} that holds anything`, {
      hint: 'Let the program keep its files in the folder ${node.data}.',
    });
  }
}
