// Every module of the helper. One that is not listed here is not in the program that is uploaded.
import type { HelperContext, HelperModule, MakeModule } from './modules.js';
import { networkModule } from './network/index.js';

const MODULES: readonly MakeModule[] = [networkModule];

/** All modules but those that need more than a context. */
export function modules(context: HelperContext): HelperModule[] {
  return MODULES.map((make) => make(context));
}
