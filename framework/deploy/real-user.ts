// Who runs this, as the machine knows it.
import { readFileSync } from 'node:fs';

/** The user behind this process, also inside a user namespace that maps it to root; null where the kernel does not say. */
export function realUser(): number {
  try {
    const [inside = '', outside = ''] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/);
    return Number(outside) + (process.geteuid?.() ?? 0) - Number(inside);
  } catch {
    return process.geteuid?.() ?? 0;
  }
}
