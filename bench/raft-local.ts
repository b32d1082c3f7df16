// How many operations a second a three-node Raft of real processes carries, beside what the disk alone takes for a sync.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from './row.js';
import { storeRows } from './store-local.js';

/** Median microseconds of a sync after 4 KiB at the end of a file, or over blocks that the file has already. */
function syncTime(folder: string, over: boolean): number {
  const count = 300;
  const block = Buffer.alloc(4096, 1);
  const fd = openSync(join(folder, 'sync'), 'w');
  if (over) writeSync(fd, Buffer.alloc(count * block.length));
  fdatasyncSync(fd);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    writeSync(fd, block, 0, block.length, i * block.length);
    const before = process.hrtime.bigint();
    fdatasyncSync(fd);
    times.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  closeSync(fd);
  return times.sort((one, other) => one - other)[count >> 1]!;
}

export async function rows(): Promise<BenchRow[]> {
  const appends: number[] = [];
  const overwrites: number[] = [];
  const raft = await storeRows(
    { name: 'three Raft nodes', system: 'raft', route: 'leader', target: 25_000, p99: 8 },
    (folder) => {
      appends.push(syncTime(folder, false));
      overwrites.push(syncTime(folder, true));
    },
  );
  return [
    ...raft,
    { name: 'bare fdatasync of 4 KiB more', value: Math.min(...appends), unit: 'us', better: 'lower' },
    {
      name: 'bare fdatasync of 4 KiB that the file has',
      value: Math.min(...overwrites),
      unit: 'us',
      better: 'lower',
    },
  ];
}
