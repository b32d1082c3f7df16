// Options that every deployment on hosts has.
import { type OptionSchema, option } from '../../contracts/options.js';

export const NODE_PORT: OptionSchema = option.integer(
  'TCP port on which nodes listen for each other and for clients.',
  7710,
  { minimum: 1, maximum: 65_535 },
);

export const DEAD_MAN: OptionSchema = option.duration(
  'After so long without a word from `chaos` a host takes back all faults by itself and stops its node.',
  '15s',
);
