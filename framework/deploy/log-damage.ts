// Damage to the durable log of a reference node that lasts until it is healed: each takes back itself and nothing else.
import type { Answer, Damage } from './helper/protocol.js';
import type { LastingDamage } from './node-faults.js';

/** Does it to the log, wherever that is. */
export type DamageLog = (damage: Damage) => Promise<Answer<'damage'>>;

export class LogDamage {
  readonly #folder: string;
  readonly #damage: DamageLog;
  readonly #flipped = new Set<number>();
  readonly #cuts: number[] = [];

  constructor(folder: string, damage: DamageLog) {
    this.#folder = folder;
    this.#damage = damage;
  }

  /** The node starts, finds it and refuses to run. */
  get isThere(): boolean {
    return this.#flipped.size + this.#cuts.length > 0;
  }

  /** Returns what takes it back; null: the log has no record that could be hit. */
  inflict(kind: LastingDamage, position: number): Promise<(() => Promise<void>) | null> {
    return kind === 'bit-flip' ? this.#flip(position) : this.#cut(position);
  }

  async #flip(position: number): Promise<(() => Promise<void>) | null> {
    const folder = this.#folder;
    const { at } = await this.#damage({ kind: 'flip', folder, position, flipped: [...this.#flipped] });
    if (at === null) return null;
    this.#flipped.add(at);
    return async () => {
      if (this.#flipped.delete(at)) await this.#damage({ kind: 'unflip', folder, at });
    };
  }

  async #cut(position: number): Promise<(() => Promise<void>) | null> {
    const folder = this.#folder;
    const { at } = await this.#damage({ kind: 'cut', folder, position });
    if (at === null) return null;
    this.#cuts.push(at);
    let isIn = true;
    return async () => {
      if (!isIn) return;
      isIn = false;
      this.#cuts.splice(this.#cuts.indexOf(at), 1);
      await this.#damage({ kind: 'uncut', folder, cuts: [...this.#cuts] });
    };
  }
}
