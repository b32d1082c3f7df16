// An observed-remove set: elements come, go and come back; a remove takes away what its node has seen of the element.
import { defineWorkload } from '../framework/contracts/define.js';
import { option } from '../framework/contracts/options.js';
import type { Random } from '../framework/contracts/random.js';
import { finalReads } from './shared/final-reads.js';
import { changeElement, readElements } from './shared/set-rpc.js';
import { drawFunctions, type Mix } from './shared/weighted.js';

interface Options {
  mix: Mix;
}

interface Shared {
  next: number;
  /** What anybody added or removed lately: to add it again meets what others do with it. */
  recent: number[];
}

/** How many elements are remembered for being added again. */
const RECENT = 32;

const weight = (what: string) => option.number(`Weight of ${what}.`, undefined, { minimum: 0 });

function takeAny(items: number[], random: Random): number {
  const at = random.int(items.length);
  const item = items[at]!;
  items[at] = items[items.length - 1]!;
  items.pop();
  return item;
}

function remember({ recent }: Shared, element: number): void {
  recent.push(element);
  if (recent.length > RECENT) recent.shift();
}

export default defineWorkload<Options, Shared>({
  name: 'or-set',
  summary:
    'An observed-remove set: elements are added, removed and added again; where both happen at once, the add wins.',
  options: {
    mix: option.object(
      'How often each function is issued, by weight. Reads return the whole set; a remove takes an element that its process has added or seen, and where it knows of none, a fresh one is added.',
      {
        add: weight('adds of fresh elements'),
        're-add': weight('adds of elements that anybody added or removed lately'),
        remove: weight('removes'),
        read: weight('reads'),
      },
      { add: 4, 're-add': 1, remove: 4, read: 2 },
    ),
  },
  shared: () => ({ next: 0, recent: [] }),
  *operations({ random, options, shared }) {
    const functions = drawFunctions(options.mix);
    /** What the last read of this process showed and what it has added since, less what it has removed. */
    let known: number[] = [];
    while (true) {
      const drawn = functions.draw(random);
      if (drawn === 'read') {
        const completion = yield { f: 'read', value: null };
        if (completion?.type === 'ok')
          known = (completion.value as unknown[]).filter((item) => typeof item === 'number');
        continue;
      }
      if (drawn === 'remove' && known.length > 0) {
        const element = takeAny(known, random);
        remember(shared, element);
        yield { f: 'remove', value: element };
        continue;
      }
      const element = drawn === 're-add' && shared.recent.length > 0 ? random.pick(shared.recent) : shared.next++;
      remember(shared, element);
      const completion = yield { f: 'add', value: element };
      if (completion?.type === 'ok') known.push(element);
    }
  },
  final: () => finalReads([{ f: 'read', value: null }]),
  rpc: {
    add: changeElement('add'),
    remove: changeElement('remove'),
    read: readElements,
  },
  reads: ['read'],
  checks: [{ use: 'or-set' }],
});
