// The block of what searches came up against, for the anomalies that the page shows.
import type { EvidenceBlock } from '../page/evidence.js';
import { isSkipped, searchOf } from '../search-evidence.js';
import type { Story } from '../story.js';

/** Null: no search is behind any of them. */
export function evidenceBlock({ cases, input }: Story): EvidenceBlock | null {
  const searches = cases.map(({ anomaly }) => {
    const search = searchOf(anomaly.evidence ?? {}, input.history);
    return search === null || isSkipped(search) ? null : search;
  });
  return searches.some((search) => search !== null) ? { searches } : null;
}
