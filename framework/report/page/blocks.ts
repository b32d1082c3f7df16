// The blocks of data in the page, by name. A part of the viewer loads those it shows; a block may be missing where a run has nothing.
import type { EvidenceBlock } from './evidence.js';
import type { ExhibitsBlock } from './exhibits.js';
import type { LogsBlock } from './logs.js';
import type { OperationsBlock } from './operations.js';
import type { PerformanceBlock } from './performance.js';
import type { RunBlock } from './run.js';

export interface Blocks {
  run: RunBlock;
  operations: OperationsBlock;
  evidence: EvidenceBlock;
  exhibits: ExhibitsBlock;
  performance: PerformanceBlock;
  logs: LogsBlock;
}

export type BlockName = keyof Blocks;
