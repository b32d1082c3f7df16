// What the evidence of linearizability shows beyond its few operations: how far an order goes, and why no further.

/** By position in `RunBlock.anomalies`; null: nothing to explore there. */
export interface EvidenceBlock {
  searches: readonly (unknown | null)[];
}
