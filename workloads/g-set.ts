// A grow-only set: elements are added, never removed, and read all at once.
import { defineWorkload } from '../framework/contracts/define.js';
import { option } from '../framework/contracts/options.js';
import { finalReads } from './shared/final-reads.js';
import { changeElement, readElements } from './shared/set-rpc.js';
import { drawFunctions, type Mix } from './shared/weighted.js';

interface Options {
  mix: Mix;
  linearizable: boolean;
}

interface Shared {
  next: number;
}

export default defineWorkload<Options, Shared>({
  name: 'g-set',
  summary: 'A grow-only set: elements are added, never removed, and read all at once.',
  options: {
    mix: option.object(
      'How often each function is issued, by weight. Reads return the whole set, so many of them make large histories.',
      {
        add: option.number('Weight of adds.', undefined, { minimum: 0 }),
        read: option.number('Weight of reads.', undefined, { minimum: 0 }),
      },
      { add: 9, read: 1 },
    ),
    linearizable: option.flag('Whether a read must see every element that was added before it.', false),
  },
  shared: () => ({ next: 0 }),
  *operations({ random, options, shared }) {
    const functions = drawFunctions(options.mix);
    while (true) {
      const f = functions.draw(random);
      yield { f, value: f === 'add' ? shared.next++ : null };
    }
  },
  final: () => finalReads([{ f: 'read', value: null }]),
  rpc: {
    add: changeElement('add'),
    read: readElements,
  },
  reads: ['read'],
  checks: ({ linearizable }) => [{ use: 'set-full', with: { linearizable } }],
});
