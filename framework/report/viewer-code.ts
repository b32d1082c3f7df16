// The viewer's code as the build has bundled it, for pages to hold.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ChaosError } from '../contracts/error.js';

export interface ViewerCode {
  readonly script: string;
  readonly style: string;
}

/** Beside this file in the package; in `dist` of a checkout where this file is a source. */
const PLACES = ['./viewer', '../../dist/framework/report/viewer'];

let code: ViewerCode | null = null;

/** Throws ChaosError('not-built') in a checkout that was never built. */
export function viewerCode(): ViewerCode {
  code ??= PLACES.map(codeAt).find((found) => found !== null) ?? notBuilt();
  return code;
}

function codeAt(place: string): ViewerCode | null {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(`${place}/${name}`, import.meta.url)), 'utf8');
  try {
    return { script: read('viewer.js'), style: read('viewer.css') };
  } catch {
    return null;
  }
}

function notBuilt(): never {
  throw new ChaosError('not-built', 'the viewer of reports is not built', { kind: 'internal', hint: 'npm run build' });
}
