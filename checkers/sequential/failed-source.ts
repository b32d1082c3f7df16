// Whether a value that nobody wrote was at least attempted, by an operation that failed.
import { EVENT_FAIL, EVENT_INVOKE } from '../../framework/contracts/history.js';
import { sameJson } from '../shared/canonical.js';
import { NONE, type RegisterOperations } from './operations.js';

/** Event index of the first failed write or cas that would have written the version; NONE: there is none. */
export function failedSource({ history, versions }: RegisterOperations, version: number): number {
  const { length, type, key, mate, f } = history.columns;
  const value = versions.value(version);
  const ofKey = versions.key[version]! - 1;
  for (let row = 0; row < length; row++) {
    if (type[row] !== EVENT_INVOKE || key[row] !== ofKey || mate[row]! < 0) continue;
    if (type[mate[row]!] !== EVENT_FAIL) continue;
    const asked = history.value(row);
    const name = history.functions[f[row]!];
    const written = name === 'cas' && Array.isArray(asked) ? asked[1] : name === 'write' ? asked : undefined;
    if (written !== undefined && sameJson(written, value)) return row;
  }
  return NONE;
}
