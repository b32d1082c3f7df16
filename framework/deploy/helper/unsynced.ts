// Folders of nodes that lie on LazyFS, and the power that fails under them.
import { existsSync } from 'node:fs';
import { ChaosError } from '../../contracts/error.js';
import { dropUnsynced, isLazy, type LazyPlace, mountLazy, partsOf, unmountLazy } from './lazyfs.js';
import type { HelperContext, HelperModule } from './modules.js';
import { unsyncedBytes } from './unsynced-bytes.js';

const NAME = 'unsynced';

/** Beside the folder, and so on the same file system. */
export function lazyPlace(folder: string): LazyPlace {
  return { folder, files: `${folder}.lazyfs` };
}

export function unsyncedModule(context: HelperContext): HelperModule {
  let folders: string[] = [];

  const know = (now: string[]) => {
    context.remember(NAME, now.length === 0 ? null : now);
    folders = now;
  };

  const mount = async (folder: string) => {
    if (!context.root) throw notRoot();
    const place = lazyPlace(folder);
    if (folders.includes(folder) && isLazy(place)) return;
    know([...folders.filter((other) => other !== folder), folder]);
    try {
      // What was there when the host was turned off, or LazyFS was killed.
      if (existsSync(partsOf(place).data)) await unmountLazy(place, { force: true });
      await mountLazy(place);
    } catch (error) {
      know(folders.filter((other) => other !== folder));
      throw error;
    }
  };

  const unmount = async (folder: string, force: boolean) => {
    await unmountLazy(lazyPlace(folder), { force });
    know(folders.filter((other) => other !== folder));
  };

  /** Programs see afterwards what is on the disk below, and nothing else. */
  const drop = async (folder: string): Promise<number> => {
    const place = lazyPlace(folder);
    if (!folders.includes(folder) || !isLazy(place)) {
      throw new ChaosError('host-file', `${folder} is not on LazyFS any more, so nothing can be dropped`, {
        hint: 'See whether the system there has ended it for want of memory (dmesg).',
      });
    }
    const { data } = partsOf(place);
    const lost = unsyncedBytes(folder, data);
    await dropUnsynced(place);
    const left = unsyncedBytes(folder, data);
    if (left === 0) return lost;
    throw new ChaosError('not-observed', `${left} unsynced bytes are still in ${folder} after they were dropped`);
  };

  return {
    name: NAME,
    handle: {
      unsynced: async ({ folder, act }) => {
        if (act === 'drop') return { lost: await drop(folder) };
        await (act === 'mount' ? mount(folder) : unmount(folder, false));
        return { lost: 0 };
      },
    },
    // Nothing is lost any more as soon as nobody asks for it; nodes may have files open there.
    restore: async () => {},
    async leave() {
      for (const folder of [...folders]) await unmount(folder, true);
    },
    forget: () => know([]),
    recover: async (state) => {
      folders = (state as string[]).filter((folder) => existsSync(lazyPlace(folder).files));
      context.log(`on LazyFS: ${folders.join(', ')}`);
    },
  };
}

function notRoot(): ChaosError {
  return new ChaosError('fault-unsupported', 'to lose what is not synced needs root, and the helper is not', {
    hint: 'Reach the host as root, or say sudo: true.',
  });
}
