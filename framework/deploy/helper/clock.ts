// The clock that a program sees: libfaketime, loaded before it, reads a file at each call, and the helper writes that file.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { ClockFault } from '../../contracts/cluster.js';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { removeShared } from './clock-shared.js';
import type { HelperContext, HelperModule } from './modules.js';
import { environmentOf, processTable } from './process-table.js';

const NAME = 'clock';
/** Programs may run as any user: they must be able to read there, which they cannot in the helper's own folder. */
const PLACE = '/tmp';
/** Clock ticks a second of process start times: Linux tells them so on every machine. */
const TICKS = 100;

/** The file for the programs of a node; there is none before the first fault. */
export function clockFile(run: string, node: string): string {
  return `${clockFolder(run)}/${plain(node)}`;
}

/** The files of a run, on each host. */
export function clockFolder(run: string): string {
  return `${PLACE}/chaos-clock-${plain(run)}`;
}

function plain(name: string): string {
  return encodeURIComponent(name).replaceAll('~', '%7E').replace(/^\.+$/, '_');
}

/**
 * What a program's environment must have so that its clock can be moved. `library`: where libfaketime.so.1 is on the host.
 * Monotonic clocks stay true. Programs that are linked statically, as those in Go are, do not see it.
 */
export function clockEnvironment(run: string, node: string, library: string): Record<string, string> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clockFile(run, node),
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    // Else waits with a time limit on a monotonic clock take far too long: threads of Python, which change places so, hardly run.
    FAKETIME_FORCE_MONOTONIC_FIX: '0',
    // What a program starts has the clock of the program, at any rate.
    FAKETIME_DONT_RESET: '1',
  };
}

/** A clock as libfaketime computes it: at `rate` since the program's start, and then so much later. */
export interface ProgramClock {
  rate: number;
  /** When the rate last changed, and how far the clock had then run ahead. */
  since: Milliseconds;
  ahead: Milliseconds;
  offset: Milliseconds;
}

export const TRUE_CLOCK: ProgramClock = { rate: 1, since: 0, ahead: 0, offset: 0 };
const TRUE_TEXT = clockText(TRUE_CLOCK, 0);

/** Offsets add up, rates multiply. A clock at the true rate has run ahead no more: it is healed. `now`: wall time. */
export function clockWith(before: ProgramClock, faults: readonly ClockFault[], now: Milliseconds): ProgramClock {
  const rate = faults.reduce((product, fault) => product * (fault.rate ?? 1), 1);
  const offset = faults.reduce((sum, fault) => sum + (fault.offset ?? 0), 0);
  if (rate === before.rate) return { ...before, offset };
  if (rate === 1) return { ...TRUE_CLOCK, offset };
  return { rate, since: now, ahead: before.ahead + (before.rate - 1) * (now - before.since), offset };
}

/**
 * The text of the file. libfaketime lets a rate count from the start of the program (`start`): what the clock would have jumped by is
 * taken off again.
 */
export function clockText({ rate, since, ahead, offset }: ProgramClock, start: Milliseconds): string {
  const shift = (rate === 1 ? 0 : ahead - (rate - 1) * (since - start)) + offset;
  // Its rate stays as it was where none is written.
  return `${shift < 0 ? '-' : '+'}${decimal(Math.abs(shift) / 1000)} x${decimal(rate)}\n`;
}

function decimal(value: number): string {
  return value.toFixed(9).replace(/\.?0+$/, '');
}

export function clockModule(context: HelperContext): HelperModule {
  const clocks = new Map<string, ProgramClock>();
  const folders = new Set<string>();
  const since = Date.now();
  // Programs may go on until we end, and only then leave their files, and the shared memory of those that were killed.
  process.once('exit', () => {
    for (const folder of folders) removeClocks(folder);
    removeShared(since);
  });

  const restore = async (folder: string) => {
    clocks.clear();
    for (const file of filesIn(folder)) write(file, TRUE_TEXT);
    if (filesIn(folder).length > 0) folders.add(folder);
    context.remember(NAME, null);
  };

  return {
    name: NAME,
    handle: {
      clock: async ({ node, faults }) => {
        const [folder, file] = [clockFolder(context.run()), clockFile(context.run(), node)];
        const clock = clockWith(clocks.get(node) ?? TRUE_CLOCK, faults, Date.now());
        clocks.set(node, clock);
        context.remember(NAME, { folder });
        folders.add(folder);
        enter(folder);
        write(file, clockText(clock, clock.rate === 1 ? 0 : startOf(file)));
        return {};
      },
    },
    restore: () => restore(clockFolder(context.run())),
    recover: (state) => restore((state as { folder: string }).folder),
  };
}

/** Programs that still run have the true time without their file, if it was in it last. */
export function removeClocks(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function filesIn(folder: string): string[] {
  if (!isOurs(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.endsWith('~'))
    .map((name) => join(folder, name));
}

/** A program reads the old text or the new one. */
function write(file: string, text: string): void {
  const fresh = `${file}~`;
  writeFileSync(fresh, text);
  chmodSync(fresh, 0o644);
  renameSync(fresh, file);
}

/** Makes the folder, which everybody may look into. */
function enter(folder: string): void {
  if (!existsSync(folder)) {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
  }
  if (isOurs(folder)) return;
  throw new ChaosError('host-folder', `${folder} belongs to somebody else`, { hint: 'Remove it there.' });
}

/** Where anybody can make folders, one may be a trap. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}

/** When the first program started whose clock this is, as wall time; now, when none runs. */
function startOf(file: string): Milliseconds {
  const entry = `FAKETIME_TIMESTAMP_FILE=${file}\0`;
  const starts = [...processTable().values()]
    .filter(({ pid, kernel }) => !kernel && environmentOf(pid)?.includes(entry))
    .map(({ start }) => Number(start));
  const now = Date.now();
  return starts.length === 0 ? now : now - (uptime() - Math.min(...starts) / TICKS) * 1000;
}
