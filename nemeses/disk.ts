// Hurts nodes' disks: what was not synced is gone, a record is torn or rotten, the end is cut off, syncs are slow, nothing can be
// written any more.
import type { Capability } from '../framework/contracts/capability.js';
import { type DiskFault, needOfDisk } from '../framework/contracts/cluster.js';
import { defineNemesis } from '../framework/contracts/define.js';
import type { Injection } from '../framework/contracts/nemesis.js';
import { option } from '../framework/contracts/options.js';
import { drawsOf, rounded } from './shared/draws.js';
import { badInjection, numberOf, onlyFields, targetsOf } from './shared/fields.js';

const NAME = 'disk';
const DEFAULT = ['lose-unsynced', 'torn-tail', 'bit-flip', 'slow', 'full'] as const;
const KINDS = [...DEFAULT, 'read-only', 'truncate'] as const;

interface DiskOptions {
  kinds: readonly DiskFault['kind'][];
  /** Milliseconds. */
  delay: number;
}

interface DiskInjection extends Injection, DiskFault {}

function faultOf(injection: DiskInjection): DiskFault {
  const kind = KINDS.find((name) => name === injection.kind);
  if (kind === undefined) throw badInjection(NAME, `"kind" must be one of ${KINDS.join(', ')}`);
  const time = 'a number of milliseconds, 0 or more';
  const delay = numberOf(NAME, 'delay', injection.delay, time, (ms) => ms >= 0);
  if (kind === 'slow' && delay === undefined) throw badInjection(NAME, `a slow disk needs "delay", ${time}`);
  const part = 'a fraction of the log, between 0 and 1';
  const position = numberOf(NAME, 'position', injection.position, part, (x) => x >= 0 && x <= 1);
  return { kind, ...(delay === undefined ? {} : { delay }), ...(position === undefined ? {} : { position }) };
}

/** Of any program, `full` and `lose-unsynced` are had one at a time: LazyFS says that it has synced what found no room. */
function instead(_: DiskOptions, offered: readonly Capability[]): string | null {
  const possible = KINDS.filter((kind) => offered.includes(needOfDisk(kind)));
  if (possible.length === 0) return null;
  const isOneOnly = !offered.includes('disk') && possible.includes('full') && possible.includes('lose-unsynced');
  const kinds = isOneOnly ? possible.filter((kind) => kind !== 'full') : possible;
  return `Here it works with kinds: [${kinds.join(', ')}]${isOneOnly ? ', or with full in place of lose-unsynced' : ''}.`;
}

export default defineNemesis<DiskOptions, DiskInjection>({
  name: NAME,
  summary:
    'Loses what was not synced, tears, cuts or flips bits of the log, slows syncs down, fills the disk or makes it read-only.',
  needs: ({ kinds }) => [...new Set((kinds ?? DEFAULT).map(needOfDisk))],
  instead,
  options: {
    kinds: option.list(
      'What may happen to a disk; one kind is drawn each time. Any program on hosts knows all but torn-tail; see docs/hosts.md for what they need there.',
      { type: 'string', enum: KINDS },
      DEFAULT,
      {
        minItems: 1,
      },
    ),
    delay: option.duration('How much longer each sync of a slow disk takes.', '200ms'),
  },
  // A rotten disk stops its node until it is healed: with more than a minority nothing would be left to test.
  targets: 'minority',
  choose: ({ options, targets, random }) => {
    const draws = drawsOf(random);
    const kind = draws('kind').pick(options.kinds);
    const position = rounded(draws('position').float());
    return { targets, kind, position, ...(kind === 'slow' ? { delay: options.delay } : {}) };
  },
  inject: async (injection, faults) => {
    onlyFields(NAME, injection, ['targets', 'kind', 'delay', 'position']);
    return faults.disk(targetsOf(NAME, injection), faultOf(injection));
  },
});
