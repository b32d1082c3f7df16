// Paths in plans. What they are relative to is known only while a plan is read, and its document has to work from anywhere: so
// they are made absolute.
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { OptionSchema } from '../contracts/options.js';

/** The text of an option, absolute if its unit makes it a path. `~/` is the home folder: no shell is there to know it. */
export function resolvePath(unit: OptionSchema['x-unit'], text: string, folder: string): string {
  if (unit !== 'path' && unit !== 'module' && !(unit === 'program' && text.includes('/'))) return text;
  return text.startsWith('~/') ? resolve(homedir(), text.slice(2)) : resolve(folder, text);
}
