// A reference system with every sort of option.
import { defineSystem } from '../../../../../contracts/define.js';
import { option } from '../../../../../contracts/options.js';

interface Options {
  quorum: number;
}

export default defineSystem<Options>({
  name: 'kv',
  summary: 'a key-value store',
  guarantees: 'linearizable',
  workloads: ['lin-kv'],
  reports: true,
  membership: { change: (join, leave) => ({ type: 'change', join, leave }) },
  options: {
    reads: option.choice('How reads are answered.', ['read-index', 'lease'], 'read-index'),
    timeout: option.duration('Election time-out.', '300ms'),
    quorum: option.integer('Nodes that must agree.', 2, { minimum: 1 }),
    limits: option.object('Limits.', {
      rate: option.rate('Most per second.', '50/s'),
      loss: option.percent('Tolerated.', '5%'),
    }),
    tags: option.map('Free tags.', { type: 'string' }),
    path: option.text('A text.'),
    size: {
      description: 'A size.',
      anyOf: [
        { type: 'string', enum: ['small', 'large'] },
        { type: 'integer', minimum: 1 },
      ],
      default: 'small',
    },
  },
  bugs: { 'stale-reads': { summary: 'reads from its own state', anomalies: ['stale-read'] } },
  nodes: () => ({ start() {}, receive() {}, timeout() {} }),
  validate: ({ quorum }, nodes) => (quorum > nodes ? [`a quorum of ${quorum} needs more than ${nodes} nodes`] : []),
});
