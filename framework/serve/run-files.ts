// The files of a run, found without following links, bounded in number and depth.
import type { Inside } from '../store/inside.js';

export interface RunFile {
  /** From the run's folder. */
  readonly names: readonly string[];
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface RunFiles {
  readonly files: readonly RunFile[];
  /** There are more than are listed. */
  readonly cut: boolean;
}

const DEEPEST = 12;

/** At most `most` files of a run, those of its own folder first. */
export function filesOf(inside: Inside, run: readonly string[], most: number): RunFiles {
  const files: RunFile[] = [];
  let folders: (readonly string[])[] = [[]];
  for (let depth = 0; depth < DEEPEST && folders.length > 0; depth++) {
    const next: (readonly string[])[] = [];
    for (const folder of folders) {
      for (const { name, folder: isFolder } of inside.entries([...run, ...folder])) {
        const names = [...folder, name];
        if (isFolder) {
          next.push(names);
          continue;
        }
        if (files.length >= most) return { files, cut: true };
        const found = inside.look([...run, ...names]);
        if (found?.isFile()) files.push({ names, size: found.size, modified: found.mtimeMs });
      }
    }
    folders = next;
  }
  return { files, cut: folders.length > 0 };
}
