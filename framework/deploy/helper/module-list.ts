// Every module of the helper. One that is not listed here is not in the program that is uploaded.
import type { HelperContext, HelperModule, MakeModule } from './modules.js';

const MODULES: readonly MakeModule[] = [];

/** All modules but the one for processes, which needs more than a context. */
export function modules(context: HelperContext): HelperModule[] {
  return MODULES.map((make) => make(context));
}
