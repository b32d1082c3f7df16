// Whether this machine has LazyFS, which no distribution has; what is left out without it is said once.
import { programPath } from '../../../framework/deploy/remote/program-files.js';

let isSaid = false;

/** True when tests that need it can run. */
export function hasLazyfs(): boolean {
  const has = programPath('lazyfs') !== null;
  if (!has && !isSaid) {
    isSaid = true;
    process.stderr.write(
      'Left out: power failures of programs on a real LazyFS; put lazyfs on the PATH, or its file into CHAOS_LAZYFS.\n',
    );
  }
  return has;
}
