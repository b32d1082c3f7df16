// Every module of the helper. One that is not listed here is not in the program that is uploaded.
import { clockModule } from './clock.js';
import { hostClockModule } from './clock-host.js';
import { fileDamageModule } from './file-damage.js';
import { foldersModule } from './folders.js';
import type { HelperContext, HelperModule, MakeModule } from './modules.js';
import { networkModule } from './network/index.js';
import { unsyncedModule } from './unsynced.js';

const MODULES: readonly MakeModule[] = [
  networkModule,
  clockModule,
  hostClockModule,
  foldersModule,
  fileDamageModule,
  unsyncedModule,
];

/** All modules but those that need more than a context. */
export function modules(context: HelperContext): HelperModule[] {
  return MODULES.map((make) => make(context));
}
