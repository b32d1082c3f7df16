// Judges a stack onto which each element is pushed once: whether its elements can be nested, and whether it could be empty where
// somebody found it so.
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { LostOnStack } from './lost-on-stack.js';
import { type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { knots } from './nesting.js';
import { Spans } from './spans.js';
import { elementsOf, knotted, neverEmpty } from './stack-proof.js';

export class Stack implements Monitor {
  readonly name = 'stack';
  readonly because = 'every element is put once';
  readonly #spans: Spans;

  /** For a model with a container. All partitions must be interned before. */
  constructor(machine: Machine) {
    this.#spans = new Spans(machine);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const spans = this.#spans;
    const found = spans.load(partition, cutoff);
    if (found !== null) return found;
    const elements = elementsOf(spans);
    if (spans.gathered.unknown.length > 0 && spans.adrift.length > 0) return new LostOnStack(spans, elements).judge();
    const knot = knots(elements)[0];
    if (knot !== undefined) return knotted(spans, elements, knot);
    return neverEmpty(spans, elements.until) ?? LINEARIZABLE;
  }
}
