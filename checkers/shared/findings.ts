// Collects anomalies: all are counted, and the first few of each name are kept as evidence.
import type { Anomaly, Verdict } from '../../framework/contracts/checker.js';

/** Anomalies of one name that a verdict holds. */
const KEPT = 10;

export interface Conclusion {
  details?: Record<string, unknown>;
  /** Why nothing can be said; null or left out: the history was good enough to judge. */
  unknown?: string | null | undefined;
  /** What a `true` rests on. */
  valid?: string;
}

export class Findings {
  readonly #anomalies: Anomaly[] = [];
  readonly #counts = new Map<string, number>();

  /** Counts an anomaly; `build` is called only while there is room for it. */
  add(name: string, build: () => Omit<Anomaly, 'name'>): void {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    if (count <= KEPT) this.#anomalies.push({ name, ...build() });
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Invalid when there is an anomaly, else unknown when there is a reason for that, else valid. */
  verdict({ details = {}, unknown, valid }: Conclusion): Verdict {
    if (this.#anomalies.length > 0) {
      const counts = [...this.#counts];
      return {
        valid: false,
        anomalies: this.#anomalies,
        reason: `found ${counts.map(([name, count]) => `${name} (${count})`).join(', ')}`,
        details: { ...details, anomalies: Object.fromEntries(counts) },
      };
    }
    const reason = unknown ?? valid;
    return {
      valid: typeof unknown === 'string' ? 'unknown' : true,
      anomalies: [],
      ...(reason === undefined ? {} : { reason }),
      details,
    };
  }
}

/** The verdict of a checker that was asked to stop. */
export function stopped(details: Record<string, unknown> = {}): Verdict {
  return { valid: 'unknown', anomalies: [], reason: 'the check was stopped before it was done', details };
}
