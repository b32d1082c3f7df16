// The one table that names violations by the shape of their witness. These names are what plans expect.
import type { Shape } from './shape.js';
import type { Words } from './words.js';

/**
 * In all of them a *read* is anything that observed a value: a read, or a cas that succeeded. The witness leaves no order of its
 * operations that respects their times and results, whatever all other operations did.
 */
export interface NamedShape {
  name: string;
  /** What it means, one sentence; the exact rule is `fits`. */
  summary: string;
  /** The first that fits names the violation. */
  fits: (shape: Shape) => boolean;
  /** One sentence about the operations of the witness. */
  sentence: (shape: Shape, words: Words) => string;
  /** Operations beside the witness that the sentence names. */
  context?: (shape: Shape) => readonly number[];
}

const isGiven = (row: number) => row >= 0;

/** Nobody had invoked an operation that leaves the value when the read returned. */
const isSourceless = (shape: Shape) => shape.value >= 0 && shape.sources.length === 0 && !shape.isInitial;

export const NAMED_SHAPES: readonly NamedShape[] = [
  {
    name: 'aborted-read',
    summary: 'A read returned a value that only an operation which failed had tried to write.',
    fits: (shape) => isSourceless(shape) && isGiven(shape.failedSource),
    sentence: ({ observation, failedSource }, words) =>
      `${words.observed(observation)}, but only ${words.operation(failedSource)} had tried to write that, and it failed, at ${words.end(failedSource)}.`,
    context: ({ failedSource }) => [failedSource],
  },
  {
    name: 'future-read',
    summary: 'A read returned before the write of its value was invoked.',
    fits: (shape) => isSourceless(shape) && isGiven(shape.laterSource),
    sentence: ({ observation, laterSource }, words) =>
      `${words.observed(observation)}, and that at ${words.end(observation)}, before ${words.operation(laterSource)} was invoked, at ${words.start(laterSource)}.`,
    context: ({ laterSource }) => [laterSource],
  },
  {
    name: 'unwritten-value',
    summary: 'A read returned a value that nobody ever wrote.',
    fits: isSourceless,
    sentence: ({ observation, value }, words) =>
      `${words.observed(observation)}, but nobody ever wrote ${words.value(value)}.`,
  },
  {
    name: 'lost-update',
    summary: 'Two compare-and-sets succeeded from one value, though it had not been written again.',
    fits: (shape) => shape.isCas && isGiven(shape.rivalCas),
    sentence: ({ observation, rivalCas, value }, words) =>
      `${words.observed(observation)}, at ${words.end(observation)}, although ${words.operation(rivalCas)} succeeded from ${words.value(value)}, too, at ${words.end(rivalCas)}, and nothing wrote ${words.value(value)} again.`,
  },
  {
    name: 'lost-write',
    summary:
      'A write was acknowledged, and it is gone: a cas that was invoked after that acted on an older value; or nobody ever observed what was written, and reads of at least two processes that were invoked after that, before anything known to have happened could overwrite it, missed it.',
    fits: (shape) => isGiven(shape.newer) && shape.lost,
    sentence: ({ observation, newer, isCas }, words) =>
      `${words.sentence(words.operation(newer))} was acknowledged at ${words.end(newer)}, but ${
        isCas ? 'it had no effect' : 'nobody ever saw it'
      }: ${words.observedThen(observation)}, and nothing could have overwritten it.`,
    context: ({ newer }) => [newer],
  },
  {
    name: 'stale-read',
    summary:
      'A read returned an old value, although a newer one had been acknowledged before the read was invoked (and may yet be seen by others).',
    fits: (shape) => isGiven(shape.newer),
    sentence: ({ observation, newer, sources, isInitial, value }, words) =>
      `${words.observed(observation)}, although ${words.operation(newer)} had been acknowledged at ${words.end(newer)}${words.since(value, sources, isInitial, newer)}.`,
    context: ({ newer }) => [newer],
  },
  {
    name: 'new-old-inversion',
    summary:
      'One read saw the new value and a later one the old value, while the write of the new one was still going on.',
    fits: (shape) => isGiven(shape.seen),
    sentence: ({ observation, seen }, words) =>
      `${words.observed(observation)}, although ${words.observedBefore(seen)} at ${words.end(seen)}: first the new value was seen, and then the old one.`,
  },
];
