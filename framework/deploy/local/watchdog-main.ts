// The watchdog's process: whatever happens to the parent, no node outlives it.
// It lives in a session of its own, so neither Ctrl-C nor the parent's end reaches it, and reads `+PGID` and `-PGID` lines.
import { createInterface } from 'node:readline';

const groups = new Set<number>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const group = Number(line.slice(1));
    if (!Number.isInteger(group) || group <= 1) return;
    if (line.startsWith('+')) groups.add(group);
    else if (line.startsWith('-')) groups.delete(group);
  })
  .on('close', () => {
    // The pipe has ended: the parent has exited, crashed or been killed.
    for (const group of groups) {
      try {
        process.kill(-group, 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
    process.exit(0);
  });
