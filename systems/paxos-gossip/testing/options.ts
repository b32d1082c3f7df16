// For tests: the defaults of the system's options.
import type { Environment } from '../../../framework/contracts/protocol.js';
import { PaxosGossipNode, type PaxosGossipOptions } from '../node.js';

export const DEFAULTS: PaxosGossipOptions = {
  resend: 100,
  'give-up': 1000,
  backoff: 10,
  'fast-reads': true,
  'compact-after': 1000,
  reads: 'quorum',
  gossip: 'push-pull',
  'gossip-period': 50,
  fanout: 1,
  bug: 'none',
};

export const make =
  (options: Partial<PaxosGossipOptions> = {}) =>
  (env: Environment) =>
    new PaxosGossipNode(env, { ...DEFAULTS, ...options });
