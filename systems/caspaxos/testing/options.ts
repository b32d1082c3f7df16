// For tests: the defaults of the system's options.
import type { Environment } from '../../../framework/contracts/protocol.js';
import { CasPaxosNode, type CasPaxosOptions } from '../node.js';

export const DEFAULTS: CasPaxosOptions = {
  resend: 100,
  'give-up': 1000,
  backoff: 10,
  'fast-reads': true,
  'one-round-trip': true,
  'compact-after': 1000,
  bug: 'none',
};

export const make =
  (options: Partial<CasPaxosOptions> = {}) =>
  (env: Environment) =>
    new CasPaxosNode(env, { ...DEFAULTS, ...options });
