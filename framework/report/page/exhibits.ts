// Pictures and tables of checkers, on the run's time axis.
import type { Exhibit } from '../../contracts/exhibit.js';

export interface ExhibitsBlock {
  /** In order: those of the checks that fail first. */
  exhibits: readonly { checker: string; exhibit: Exhibit }[];
}
