// For tests: the defaults of the system's options.
import type { Environment } from '../../../framework/contracts/protocol.js';
import { AbdNode, type AbdOptions } from '../node.js';

export const DEFAULTS: AbdOptions = {
  resend: 100,
  'give-up': 1000,
  'fast-reads': true,
  'compact-after': 1000,
  bug: 'none',
};

export const make =
  (options: Partial<AbdOptions> = {}) =>
  (env: Environment) =>
    new AbdNode(env, { ...DEFAULTS, ...options });
