// What an anomaly means, for people who have never met it.

export interface Explanation {
  /** One or two sentences: what was seen. */
  meaning: string;
  /** The guarantees that it breaks, by their usual names; empty where it breaks none that has a name. */
  breaks: readonly string[];
  /** The smallest history that shows it: lines of text in a fixed-width font, time from left to right. */
  example: readonly string[];
  /** What usually causes it, the most common first. */
  causes: readonly string[];
}

export type Explanations = Readonly<Record<string, Explanation>>;
