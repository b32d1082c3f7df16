// Options that every register store on Paxos has, and what is wrong with them.
import { option } from '../../framework/contracts/options.js';
import { MOST_VOTERS } from './quorum.js';
import type { RegisterOptions } from './register-node.js';

export const registerOptions = {
  resend: option.duration(
    'Pause before a proposer asks those again who have not answered; it doubles, up to eightfold.',
    '100ms',
  ),
  'give-up': option.duration('How long a node tries before it answers with error 0 (timeout).', '5s'),
  backoff: option.duration(
    'A proposer that was outbid waits for a random time up to this; it doubles with each loss, up to 32-fold.',
    '10ms',
  ),
  'fast-reads': option.flag('A read asks what is accepted, and decides nothing where a majority agrees on that.', true),
  'compact-after': option.integer('Superseded log records before the log becomes a snapshot.', 1000, { minimum: 1 }),
};

export function registerProblems(name: string, options: RegisterOptions, nodes: number): readonly string[] {
  return [
    ...(nodes > MOST_VOTERS ? [`${name} has at most ${MOST_VOTERS} nodes`] : []),
    ...(options.resend > 0 ? [] : ['resend must be longer than 0ms']),
    ...(options.backoff > 0 ? [] : ['backoff must be longer than 0ms: two proposers would outbid each other for ever']),
    ...(options['give-up'] >= options.resend ? [] : ['give-up must not be shorter than resend']),
  ];
}
