// Faults of the file systems that hold the folders of programs: no room left, or nothing can be written. Each request says all of them.
import { realpathSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { ChaosError } from '../../contracts/error.js';
import { type Mount, mountOf, mounts, ownMount } from './folders-mount.js';
import type { HelperContext, HelperModule } from './modules.js';
import { type Run, runHere } from './network/run.js';
import type { FolderFault } from './protocol.js';

const NAME = 'folders';
/** Takes the room of a full file system, at its root. */
export const FILLER = '.chaos-full';

/** A fault in force, on the file system that is mounted there. */
interface InForce {
  kind: FolderFault['kind'];
  point: string;
}

export function foldersModule(context: HelperContext, run: Run = runHere): HelperModule {
  let inForce: InForce[] = [];

  const know = (faults: InForce[]) => {
    context.remember(NAME, faults.length === 0 ? null : faults);
    inForce = faults;
  };

  /** One after the other, so that what could not be undone is known. */
  const undo = async (faults: readonly InForce[]) => {
    for (const fault of faults) {
      if (fault.kind === 'full') await empty(fault.point);
      else await remount(run, fault.point, 'rw');
      know(inForce.filter((other) => other !== fault));
    }
  };

  /** Does something that a read-only fault must not keep us from. */
  const writable = async (point: string, work: () => Promise<void>) => {
    const isReadOnly = inForce.some((fault) => fault.kind === 'read-only' && fault.point === point);
    if (isReadOnly) await remount(run, point, 'rw');
    await work();
    if (isReadOnly) await remount(run, point, 'ro');
  };

  const empty = (point: string) => writable(point, () => rm(`${point}/${FILLER}`, { force: true }));

  const declare = async (faults: readonly FolderFault[]) => {
    if (faults.length > 0 && !context.root) throw notRoot();
    const wanted = faults.map((fault) => ({ kind: fault.kind, point: breakable(fault, context.folder) }));
    const isSame = (a: InForce, b: InForce) => a.kind === b.kind && a.point === b.point;
    await undo(inForce.filter((fault) => !wanted.some((other) => isSame(fault, other))));
    for (const fault of wanted) {
      if (inForce.some((other) => isSame(fault, other))) continue;
      know([...inForce, fault]);
      try {
        if (fault.kind === 'full') await writable(fault.point, () => fill(`${fault.point}/${FILLER}`));
        else await remount(run, fault.point, 'ro');
      } catch (error) {
        await undo([fault]);
        throw error;
      }
    }
  };

  return {
    name: NAME,
    handle: {
      folders: async ({ faults }) => {
        await declare(faults);
        return {};
      },
    },
    restore: () => undo([...inForce].reverse()),
    recover: async (state) => {
      inForce = state as InForce[];
      await undo([...inForce].reverse());
    },
  };
}

/** Where the file system of a fault is mounted. Throws where we could not heal it: without our own files we know nothing. */
function breakable(fault: FolderFault, own: string): string {
  const { point } = ownMount(fault.folder, fault.kind === 'full' ? fault.most : undefined);
  if (mountOf(mounts(), realpathSync(own))?.point !== point) return point;
  throw new ChaosError('fault-unsupported', `the disk of ${fault.folder} cannot be broken: ${own} lies on it, too`, {
    hint: 'Give the folder a file system of its own, such as a tmpfs or a loop device.',
  });
}

/** Writes until nothing more goes in, down to the last block. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    for (let size = 4 * 1024 * 1024; size >= 512; ) {
      const wrote = await file.write(Buffer.alloc(size, 1)).then(
        ({ bytesWritten }) => bytesWritten,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return 0;
          throw error;
        },
      );
      if (wrote < size) size = Math.floor(size / 8);
    }
    await file.sync().catch(() => {});
  } finally {
    await file.close();
  }
}

/** Of this mount alone; its other options stay. */
async function remount(run: Run, point: string, mode: 'ro' | 'rw'): Promise<void> {
  const mount = currentMount(point);
  // It is gone, and its fault with it.
  if (mount === null || mount.options.includes(mode)) return;
  const options = ['remount', 'bind', mode, ...mount.options.filter((option) => option !== 'ro' && option !== 'rw')];
  const { code, stderr } = await run(['mount', '-o', options.join(','), point]);
  if (code === 0) return;
  const why = stderr.trim().split('\n', 1)[0] ?? '';
  throw new ChaosError('folder-busy', `${point} cannot be made ${mode === 'ro' ? 'read-only' : 'writable'}: ${why}`, {
    hint: 'No program may have files there open for writing: kill the node first.',
  });
}

function currentMount(point: string): Mount | null {
  const mount = mountOf(mounts(), point);
  return mount?.point === point ? mount : null;
}

function notRoot(): ChaosError {
  return new ChaosError('fault-unsupported', 'faults of folders need root, and the helper is not', {
    hint: 'Reach the host as root, or say sudo: true.',
  });
}
