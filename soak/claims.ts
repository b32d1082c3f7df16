// What the shipped plans claim, and so what many seeds have to show: valid ones hold, planted bugs and weaknesses are found.
import { basename, dirname, relative } from 'node:path';
import { planFiles } from '../framework/cli/plan-files.js';
import type { AnySystem } from '../framework/contracts/system.js';

export type Kind = 'valid' | 'bug' | 'without' | 'truth';

/** One plan, or a planted bug's plan without the bug. */
export interface Claim {
  kind: Kind;
  file: string;
  /** As people read it. */
  title: string;
  /** Overrides, as of `--set`. */
  set: readonly string[];
}

/** The least percentage of seeds in which a bug or a weakness has to be found, and the least for one that is rare by nature. */
export const COMMON = 5;
export const RARE = 1;

/** The claims of all plans below some folders, in order of path. */
export function claimsOf(folders: readonly string[], root: string): Claim[] {
  return planFiles(folders).flatMap((file): Claim[] => {
    const title = relative(root, file);
    const folder = basename(dirname(file));
    if (folder === 'truths') return [{ kind: 'truth', file, title, set: [] }];
    if (folder !== 'bugs') return [{ kind: 'valid', file, title, set: ['deploy=sim'] }];
    return [
      { kind: 'bug', file, title, set: [] },
      { kind: 'without', file, title: `${title} without the bug`, set: ['system.with.bug=none'] },
    ];
  });
}

/** Why the plan's bug or weakness may be rare; undefined: it must be common. */
export function rarity(system: AnySystem, kind: Kind, file: string, bug: unknown): string | undefined {
  if (kind === 'bug') return system.bugs?.[String(bug)]?.rare;
  const weakness = basename(file, '.yaml').slice(system.name.length + 1);
  return system.weaknesses?.[weakness]?.rare;
}
