// A counter: nodes add to one number and read it.
import { defineWorkload } from '../framework/contracts/define.js';
import { option } from '../framework/contracts/options.js';
import type { Random } from '../framework/contracts/random.js';
import { finalReads } from './shared/final-reads.js';
import { expectType, replyNumber } from './shared/reply.js';
import { drawFunctions, type Mix } from './shared/weighted.js';

interface Options {
  mix: Mix;
  decrement: boolean;
  'final-only': boolean;
}

const LARGEST = 5;

/** 1 to 5, or minus as much: never 0, which would prove nothing. */
function delta(random: Random, decrement: boolean): number {
  const size = 1 + random.int(LARGEST);
  return decrement && random.chance(0.5) ? -size : size;
}

export default defineWorkload<Options>({
  name: 'counter',
  summary: 'Clients add to one number, take from it if asked to, and read it.',
  options: {
    mix: option.object(
      'How often each function is issued, by weight.',
      {
        add: option.number('Weight of adds.', undefined, { minimum: 0 }),
        read: option.number('Weight of reads.', undefined, { minimum: 0 }),
      },
      { add: 1, read: 1 },
    ),
    decrement: option.flag('Whether half of the adds are negative.', false),
    'final-only': option.flag(
      'Whether only the final reads are judged: for counters that promise to be right in the end, not at once.',
      false,
    ),
  },
  aliases: {
    'g-counter': { decrement: false, 'final-only': true },
    'pn-counter': { decrement: true, 'final-only': true },
  },
  *operations({ random, options }) {
    const functions = drawFunctions(options.mix);
    while (true) {
      const f = functions.draw(random);
      yield { f, value: f === 'add' ? delta(random, options.decrement) : null };
    }
  },
  final: () => finalReads([{ f: 'read', value: null }]),
  rpc: {
    add: {
      request: ({ value }) => ({ type: 'add', delta: value }),
      result: (reply, { value }) => {
        expectType(reply, 'add_ok');
        return value;
      },
    },
    read: {
      request: () => ({ type: 'read' }),
      result: (reply) => replyNumber(reply, 'read_ok', 'value'),
      readOnly: true,
    },
  },
  reads: ['read'],
  checks: (options) => [{ use: 'counter', with: { 'final-only': options['final-only'] } }],
});
