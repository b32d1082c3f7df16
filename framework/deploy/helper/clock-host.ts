// Moves the host's own clock, and brings it back: true time is kept by the monotonic clock meanwhile.
import { hostname } from 'node:os';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { HelperContext, HelperModule } from './modules.js';
import { type Run, runHere } from './network/run.js';

const NAME = 'host-clock';
/** How far from what was asked for the clock may be. */
const EXACT: Milliseconds = 1;
const ATTEMPTS = 5;

/** What `date` is told to set; it takes effect `lead` later, as a program has to be started. */
export function dateCommand(target: Milliseconds, lead: Milliseconds): readonly [string, ...string[]] {
  const time = target + lead;
  const seconds = Math.floor(time / 1000);
  const nanoseconds = Math.round((time - seconds * 1000) * 1e6);
  return ['date', '-s', `@${seconds}.${String(Math.min(nanoseconds, 999_999_999)).padStart(9, '0')}`];
}

/** True time minus the monotonic clock, which no change of the clock moves; the same for every process until the machine stops. */
interface Base {
  base: Milliseconds;
}

function monotonic(): Milliseconds {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The wall clock minus the monotonic one. Waits for the next millisecond to begin: the wall clock is told in whole ones. */
function wallAhead(): Milliseconds {
  const before = Date.now();
  for (;;) {
    const now = Date.now();
    if (now !== before) return now - monotonic();
  }
}

export function hostClockModule(context: HelperContext, run: Run = runHere): HelperModule {
  let inForce: Base | null = null;

  const move = async (base: Milliseconds, offset: Milliseconds) => {
    let lead = 1;
    for (let attempt = 1; ; attempt++) {
      const { code, stderr } = await run(dateCommand(base + monotonic() + offset, lead));
      if (code !== 0) throw refused(stderr.trim().split('\n', 1)[0] ?? '');
      const late = base + offset - wallAhead();
      if (Math.abs(late) <= EXACT) return;
      if (attempt === ATTEMPTS) throw refused(`the clock is ${Math.round(late)} ms off after ${ATTEMPTS} attempts`);
      lead += late;
    }
  };

  const restore = async () => {
    if (inForce === null) return;
    await move(inForce.base, 0);
    inForce = null;
    context.remember(NAME, null);
  };

  return {
    name: NAME,
    handle: {
      'host-clock': async ({ offset }) => {
        if (offset === 0) {
          await restore();
          return {};
        }
        if (!context.root) throw refused('the helper is not root');
        const first = inForce === null;
        inForce ??= { base: wallAhead() };
        context.remember(NAME, inForce);
        try {
          await move(inForce.base, offset);
        } catch (error) {
          // What never moved need not be brought back.
          if (first && Math.abs(wallAhead() - inForce.base) <= EXACT) {
            inForce = null;
            context.remember(NAME, null);
          }
          throw error;
        }
        return {};
      },
    },
    restore,
    recover: async (state) => {
      inForce = state as Base;
      await restore();
    },
  };
}

function refused(why: string): ChaosError {
  return new ChaosError('fault-unsupported', `the clock of ${hostname()} cannot be set: ${why}`, {
    hint: 'It takes root of the machine itself (CAP_SYS_TIME) and no time service that sets it back; move the clock of a program instead.',
  });
}
