// Echo: nodes answer with what they were sent. The smallest workload there is; a first test of a new node.
import { defineWorkload } from '../framework/contracts/define.js';
import { option } from '../framework/contracts/options.js';
import { finalReads } from './shared/final-reads.js';
import { replyField } from './shared/reply.js';

interface Options {
  size: number;
}

interface Shared {
  next: number;
}

function text(shared: Shared, options: Options): string {
  return `Please echo ${shared.next++}`.padEnd(options.size, '.');
}

export default defineWorkload<Options, Shared>({
  name: 'echo',
  summary: 'Nodes answer with what they were sent.',
  options: {
    size: option.integer('Length of the text to echo, in characters; shorter texts are padded.', 0, {
      minimum: 0,
      maximum: 1_000_000,
    }),
  },
  shared: () => ({ next: 0 }),
  *operations({ shared, options }) {
    while (true) yield { f: 'echo', value: text(shared, options) };
  },
  final: ({ shared, options }) => finalReads([{ f: 'echo', value: text(shared, options) }]),
  rpc: {
    echo: {
      request: ({ value }) => ({ type: 'echo', echo: value }),
      result: (reply) => replyField(reply, 'echo_ok', 'echo'),
      readOnly: true,
    },
  },
  reads: ['echo'],
  checks: [{ use: 'echo' }],
});
