// How far the clock of a host is from that of this machine.
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import type { Milliseconds } from '../../contracts/time.js';
import type { Host } from '../host/host.js';
import { type ClockDifference, clockDifference } from './preflight-facts.js';
import { DATES_COMMAND } from './preflight-script.js';

/** Looks at a clock that tells more than seconds; the first waits for the pipe to open. */
const LOOKS = 5;
/** A clock that tells seconds only (`date` of busybox) is looked at until it has passed to the next one. */
const LONGEST: Milliseconds = 1500;
const PAUSE: Milliseconds = 5;
/** Known well enough: far below what is warned of. */
const FINE: Milliseconds = 20;

/** Asks through one pipe again and again: to start a command may take far longer than to ask for the time. Null: it has no clock. */
export async function lookAtClock(host: Host): Promise<ClockDifference | null> {
  const pipe = await host.open(DATES_COMMAND);
  for (const stream of [pipe.stdin, pipe.stdout, pipe.stderr]) stream.on('error', () => {});
  pipe.stderr.resume();
  const lines = createInterface({ input: pipe.stdout })[Symbol.asyncIterator]();
  const until = performance.now() + LONGEST;
  let known: ClockDifference | null = null;
  try {
    for (let look = 0; look < LOOKS || (known!.uncertainty > FINE && performance.now() < until); look++) {
      if (look >= LOOKS) await setTimeout(PAUSE);
      const asked = Date.now();
      pipe.stdin.write('\n');
      const { value, done } = await lines.next();
      const found = done === true ? null : clockDifference(value, asked, Date.now());
      if (found === null) return known;
      known = known === null ? found : both(known, found);
    }
    return known;
  } finally {
    pipe.close();
  }
}

/** What two looks say together; the later one alone where they contradict each other, since a clock was moved then. */
export function both(a: ClockDifference, b: ClockDifference): ClockDifference {
  const least = Math.max(a.offset - a.uncertainty, b.offset - b.uncertainty);
  const most = Math.min(a.offset + a.uncertainty, b.offset + b.uncertainty);
  return least > most ? b : { offset: (least + most) / 2, uncertainty: (most - least) / 2 };
}
