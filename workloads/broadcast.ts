// Broadcast: a message given to one node reaches all of them, in the end.
import { defineWorkload } from '../framework/contracts/define.js';
import { option } from '../framework/contracts/options.js';
import { finalReads } from './shared/final-reads.js';
import { expectType, replyList } from './shared/reply.js';
import { TOPOLOGIES, type TopologyName, topology } from './shared/topology.js';
import { drawFunctions, type Mix } from './shared/weighted.js';

interface Options {
  topology: TopologyName;
  mix: Mix;
}

interface Shared {
  next: number;
}

export default defineWorkload<Options, Shared>({
  name: 'broadcast',
  summary: 'A message given to one node reaches every node in the end.',
  options: {
    topology: option.choice('The neighbours that nodes are told before the load begins.', TOPOLOGIES, 'grid'),
    mix: option.object(
      'How often each function is issued, by weight. Reads return everything so far, so many of them make large histories.',
      {
        broadcast: option.number('Weight of broadcasts.', undefined, { minimum: 0 }),
        read: option.number('Weight of reads.', undefined, { minimum: 0 }),
      },
      { broadcast: 9, read: 1 },
    ),
  },
  shared: () => ({ next: 0 }),
  *operations({ random, options, shared }) {
    const functions = drawFunctions(options.mix);
    while (true) {
      const f = functions.draw(random);
      yield { f, value: f === 'broadcast' ? shared.next++ : null };
    }
  },
  final: () => finalReads([{ f: 'read', value: null }]),
  setup: ({ nodes, options }) => {
    const neighbours = topology(options.topology, nodes);
    return nodes.map((node) => ({ node, body: { type: 'topology', topology: neighbours } }));
  },
  rpc: {
    broadcast: {
      request: ({ value }) => ({ type: 'broadcast', message: value }),
      result: (reply, { value }) => {
        expectType(reply, 'broadcast_ok');
        return value;
      },
    },
    read: {
      request: () => ({ type: 'read' }),
      result: (reply) => replyList(reply, 'read_ok', 'messages'),
      readOnly: true,
    },
  },
  reads: ['read'],
  checks: [{ use: 'broadcast' }],
});
