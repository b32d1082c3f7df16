// Takes a lab away: its processes and with them mounts and links, then its files. Also labs of processes that have died.
import { existsSync, lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { typed } from '../command-line.js';
import { dropFolder, entries, type LabRecord, labFolders, listRecords, readRecord, runs } from './state.js';

/** What a rack gets to end in order, and then for the kernel to end it. */
const LONGEST_END = 3000;

/** Removes a lab, whoever made it, however much of it there is. Rejects with ChaosError('lab-left') that names what stayed. */
export async function removeLab(record: LabRecord): Promise<void> {
  const { rack } = record;
  if (runs(rack)) {
    send(rack.pid, 'SIGTERM');
    if (!(await until(() => !runs(rack), LONGEST_END))) send(rack.pid, 'SIGKILL');
    if (!(await until(() => !runs(rack), LONGEST_END))) throw left(record, `process ${rack.pid}`);
  }
  removeFiles(record);
  if (!(await until(() => !hasLink(record.link), LONGEST_END))) throw left(record, `the network link ${record.link}`);
}

function left(record: LabRecord, what: string): ChaosError {
  return new ChaosError('lab-left', `lab '${record.id}' could not be removed: ${what} is still there`, {
    hint: `try again with: ${typed('lab down --all')}`,
  });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

async function until(done: () => boolean, longest: Milliseconds): Promise<boolean> {
  for (let waited = 0; waited < longest; waited += 5) {
    if (done()) return true;
    await setTimeout(5);
  }
  return done();
}

/** Interfaces that this process's network has. */
function hasLink(name: string): boolean {
  const lines = readFileSync('/proc/self/net/dev', 'utf8').split('\n');
  return name !== '' && lines.some((line) => line.trimStart().startsWith(`${name}:`));
}

function removeFiles(record: LabRecord): void {
  for (const folder of [record.disks, record.state]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  if (record.claim !== '' && claimedBy(record.claim) === record.id) rmSync(record.claim, { force: true });
  for (const folder of [record.disks, record.state]) dropFolder(dirname(folder));
}

/** The id of the lab that has a subnet; null when the file is no claim. */
function claimedBy(claim: string): string | null {
  try {
    return lstatSync(claim).isSymbolicLink() ? readlinkSync(claim) : null;
  } catch {
    return null;
  }
}

/** A lab whose maker and rack are gone, or whose maker has died before it was complete. */
export function isDead(record: LabRecord): boolean {
  if (runs(record.maker)) return false;
  return !runs(record.rack) || !record.keep;
}

/**
 * Removes what labs of processes that have died left behind; labs that were made to stay, and run, stay. Returns a line for each
 * thing that was removed, or with `dry` would be.
 */
export async function cleanLabs(dry: boolean, folders = labFolders()): Promise<string[]> {
  const lines: string[] = [];
  for (const record of listRecords(folders.state).filter(isDead)) {
    lines.push(`lab ${record.id}: ${record.hosts.length} hosts, ${record.disks}`);
    if (!dry) await removeLab(record);
  }
  for (const path of strays(folders)) {
    lines.push(`what a lab left: ${path}`);
    if (!dry) rmSync(path, { recursive: true, force: true });
  }
  if (!dry) for (const folder of [folders.state, folders.disks]) dropFolder(folder);
  return lines;
}

/** Claims and disks to which there is no lab. */
function strays({ state, disks }: { state: string; disks: string }): string[] {
  const claims = entries(state)
    .map((name) => join(state, name))
    .filter((path) => claimedBy(path) !== null && !existsSync(join(state, claimedBy(path)!)));
  const orphans = entries(disks).filter((name) => readRecord(join(state, name)) === null);
  return [...claims, ...orphans.map((name) => join(disks, name))];
}
