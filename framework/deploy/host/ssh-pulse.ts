// Tells when nothing has come from the other side of a connection for so long that it must be gone.
import type { Duplex } from 'node:stream';
import type { Milliseconds } from '../../contracts/time.js';

const TURN: Milliseconds = 500;

/** Turns in a row without a byte; the other side is asked for one more often than that. */
const MOST_SILENT_TURNS = 12;

/**
 * Calls `dead` once, 6 s after the last byte; returns what stops watching. Counts turns, not time: while this process itself was held
 * up it could hear nothing.
 */
export function watchPulse(stream: Duplex, dead: () => void): () => void {
  let silent = 0;
  const heard = () => {
    silent = 0;
  };
  stream.on('data', heard);
  const timer = setInterval(() => {
    silent += 1;
    if (silent < MOST_SILENT_TURNS) return;
    stop();
    dead();
  }, TURN);
  timer.unref();
  const stop = () => {
    clearInterval(timer);
    stream.off('data', heard);
  };
  return stop;
}
