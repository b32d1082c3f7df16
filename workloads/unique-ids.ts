// Unique ids: nodes hand out ids, and no two may be the same, ever.
import { defineWorkload } from '../framework/contracts/define.js';
import { finalReads } from './shared/final-reads.js';
import { replyField } from './shared/reply.js';

export default defineWorkload({
  name: 'unique-ids',
  summary: 'Nodes hand out ids; no two may ever be the same.',
  *operations() {
    while (true) yield { f: 'generate', value: null };
  },
  final: () => finalReads([{ f: 'generate', value: null }]),
  rpc: {
    generate: {
      request: () => ({ type: 'generate' }),
      result: (reply) => replyField(reply, 'generate_ok', 'id'),
    },
  },
  reads: ['generate'],
  checks: [{ use: 'unique-ids' }],
});
