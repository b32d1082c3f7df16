// Writes whole buffers to a file descriptor and waits while its reader is slow: a node must not run ahead of its output.
import { writeSync } from 'node:fs';

const idle = new Int32Array(new SharedArrayBuffer(4));

/** Throws EPIPE when nobody reads any more. */
export function writeFully(fd: number, buffer: Buffer): void {
  let done = 0;
  while (done < buffer.length) {
    try {
      done += writeSync(fd, buffer, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      // Somebody made the descriptor non-blocking: sleep a millisecond instead of spinning.
      Atomics.wait(idle, 0, 0, 1);
    }
  }
}
