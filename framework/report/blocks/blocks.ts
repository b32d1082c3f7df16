// All blocks of data of a page, as text that the page holds: compressed, in base64.
import { gzipSync } from 'node:zlib';
import type { BlockName, Blocks } from '../page/blocks.js';
import { pack } from '../page/pack.js';
import type { Story } from '../story.js';
import { evidenceBlock } from './evidence.js';
import { exhibitsBlock } from './exhibits.js';
import { logsBlock } from './logs.js';
import { operationsBlock } from './operations.js';
import { performanceBlock } from './performance.js';
import { runBlock } from './run.js';

/** Each makes its block from the story; null: there is nothing to show. */
const MAKERS: { readonly [K in BlockName]?: (story: Story) => Blocks[K] | null } = {
  run: runBlock,
  operations: operationsBlock,
  evidence: evidenceBlock,
  exhibits: exhibitsBlock,
  performance: performanceBlock,
  logs: logsBlock,
};

export interface PackedBlock {
  readonly name: string;
  /** Base64: letters, digits, `+`, `/` and `=` only. */
  readonly text: string;
}

/** The same story gives the same text. */
export function packedBlocks(story: Story): PackedBlock[] {
  return Object.entries(MAKERS).flatMap(([name, make]) => {
    const block = make(story);
    return block === null ? [] : [{ name, text: gzipSync(pack(block), { level: 6 }).toString('base64') }];
  });
}
