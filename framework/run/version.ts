// The program's version, from its own package.json.
import { existsSync, readFileSync } from 'node:fs';

function readVersion(): string {
  // Two levels up in the sources, three in dist/.
  for (const path of ['../../package.json', '../../../package.json']) {
    const url = new URL(path, import.meta.url);
    if (existsSync(url)) return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;
  }
  return 'unknown';
}

export const VERSION = readVersion();
