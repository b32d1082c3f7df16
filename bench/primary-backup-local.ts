// How many operations a second a semi-synchronous primary with two backups carries: real processes, logs synced.
import type { BenchRow } from './row.js';
import { storeRows } from './store-local.js';

export function rows(): Promise<BenchRow[]> {
  return storeRows({
    name: 'primary and two backups, semi-sync',
    system: 'primary-backup',
    options: { mode: 'semi-sync' },
    route: 'leader',
    target: 15_000,
  });
}
