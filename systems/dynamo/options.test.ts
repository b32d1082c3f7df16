import { describe, expect, it } from 'vitest';
import dynamo from './index.js';
import type { DynamoOptions } from './options.js';
import { DEFAULTS } from './testing/bench.js';

describe('options', () => {
  const valid = { ...DEFAULTS };
  it.each([
    [{ r: 4 }, 5, /r: 4 is more than n: 3/],
    [{ w: 4 }, 5, /w: 4 is more than n: 3/],
    [{}, 2, /n: 3 is more than the 2 nodes/],
    [{ quorum: 'sloppy', hints: false }, 5, /sloppy quorum without hints/],
    [{}, 32, /at most 31 nodes/],
    [{ resend: 0 }, 5, /resend must be longer/],
    [{ interval: 0 }, 5, /interval must be longer/],
    [{ handoff: 0 }, 5, /handoff must be longer/],
    [{ 'give-up': 50 }, 5, /give-up must not be shorter/],
    [{ cluster: '' }, 5, /must not be empty/],
    [{ versions: 'last-writer', siblings: 'largest' }, 5, /nothing to choose from/],
    [{ bug: 'drop-hint', hints: false }, 5, /drop-hint needs hints/],
    [{ bug: 'no-read-repair', 'read-repair': false }, 5, /needs read-repair/],
    [{ bug: 'wrong-merge', versions: 'last-writer' }, 5, /needs versions: vector-clock/],
  ] as [Partial<DynamoOptions>, number, RegExp][])('%j on %i nodes: %s', (options, nodes, sentence) => {
    expect(dynamo.validate!({ ...valid, ...options }, nodes)).toEqual([expect.stringMatching(sentence)]);
  });

  it('are fine by default', () => {
    expect(dynamo.validate!(valid, 5)).toEqual([]);
    expect(dynamo.membership!.change(['n6'], [], { ...valid, cluster: 'dynamo' })).toEqual({
      type: 'change',
      join: ['n6'],
      leave: [],
      cluster: 'dynamo',
    });
  });
});
