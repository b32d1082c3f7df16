// News that travels on messages which are sent anyway, each a bounded number of times (SWIM, 4.1).
import type { Rumour } from './members.js';

interface Carried {
  readonly rumour: Rumour;
  sent: number;
}

const NOTHING: readonly Rumour[] = [];

/** ceil(log2(n + 1)), with integers so that it is the same everywhere. */
export function logOf(n: number): number {
  let bits = 0;
  while (2 ** bits < n + 1) bits++;
  return bits;
}

export class Rumours {
  readonly #carried = new Map<string, Carried>();

  /** News about a member takes the place of older news about it. */
  add(rumour: Rumour): void {
    this.#carried.delete(rumour.member);
    this.#carried.set(rumour.member, { rumour, sent: 0 });
  }

  get size(): number {
    return this.#carried.size;
  }

  /** At most `most` rumours for one more message, those first that were sent least; each is sent `times` times in all. */
  take(most: number, times: number): readonly Rumour[] {
    if (this.#carried.size === 0) return NOTHING;
    const chosen = [...this.#carried.values()].sort((a, b) => a.sent - b.sent).slice(0, most);
    for (const carried of chosen) {
      carried.sent++;
      if (carried.sent >= times) this.#carried.delete(carried.rumour.member);
    }
    return chosen.map(({ rumour }) => rumour);
  }
}
