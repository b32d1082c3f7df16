// Transfers may be long, but not stand still: bounds the time in which nothing moves.
import type { Readable } from 'node:stream';
import type { Milliseconds } from '../../contracts/time.js';

const LONGEST_STILL: Milliseconds = 60_000;

/** What `done` gives; rejects, after `stop`, when nothing came out of the stream for a minute and it is still not done. */
export async function whileMoving<T>(stream: Readable, done: Promise<T>, stop: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const still = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`nothing moved for ${LONGEST_STILL / 1000} s`));
      stop();
    }, LONGEST_STILL);
  });
  const moved = () => timer?.refresh();
  stream.on('data', moved);
  try {
    return await Promise.race([done, still]);
  } finally {
    clearTimeout(timer);
    stream.off('data', moved);
  }
}
