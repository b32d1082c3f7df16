// Pictures and tables of checkers, on the run's time axis.
import type { Exhibit } from '../../contracts/exhibit.js';

export interface ExhibitsBlock {
  /** In order: those of the checks that fail first. */
  exhibits: readonly PageExhibit[];
  /** Exhibits that the page has no room for. */
  left: number;
  /** By check, why something that it wanted to show is missing; sentences. */
  complaints: readonly { checker: string; sentence: string }[];
}

export interface PageExhibit {
  /** The checks that show it: several where they show the same. */
  checkers: readonly string[];
  valid: 'true' | 'false' | 'unknown';
  /** Names of the anomalies that the first of them found. */
  anomalies: readonly string[];
  exhibit: Exhibit;
}
