// What a crash or a bad disk does to the durable log of a reference node that is dead.
import type { Random } from '../../contracts/random.js';
import { crash, cutLog, flipBit, tear, uncutLog, unflipBit } from '../../node/process/damage.js';
import { createRandom } from '../../time/random.js';
import type { HelperModule } from './modules.js';
import type { Answer, Damage } from './protocol.js';

type Result = Answer<'damage'>;
type Damages = { [K in Damage['kind']]: (ask: Extract<Damage, { kind: K }>) => Result };

const NOTHING: Result = { lost: 0, at: null };

const DAMAGES: Damages = {
  crash: ({ folder, seed, keep }) => ({ lost: crash(folder, stream(seed), keep), at: null }),
  tear({ folder, seed }) {
    tear(folder, stream(seed));
    return NOTHING;
  },
  flip: ({ folder, position, flipped }) => ({ lost: 0, at: flipBit(folder, position, new Set(flipped)) }),
  unflip({ folder, at }) {
    unflipBit(folder, at);
    return { lost: 0, at };
  },
  cut: ({ folder, position }) => ({ lost: 0, at: cutLog(folder, position) }),
  uncut({ folder, cuts }) {
    uncutLog(folder, cuts);
    return NOTHING;
  },
};

/** Also for nodes of this machine, which need no helper. */
export function damageLog(damage: Damage): Result {
  return (DAMAGES[damage.kind] as (ask: Damage) => Result)(damage);
}

function stream(seed: number): Random {
  return createRandom(seed, 'damage');
}

/** Damage is done once and for all; what can be taken back the control process takes back. */
export function damageModule(): HelperModule {
  return {
    name: 'damage',
    handle: {
      damage: async (ask) => damageLog(ask),
    },
    restore: async () => {},
  };
}
