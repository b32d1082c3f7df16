// A temporary folder `results` with files in it, and room beside it for what lies outside.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Tree {
  readonly root: string;
  path(name: string): string;
  /** Text as it is, anything else as JSON. */
  write(name: string, content: string | object): void;
  read(name: string): string;
  remove(): void;
}

export function makeTree(): Tree {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'chaos-tree-')));
  const root = join(top, 'results');
  mkdirSync(root);
  const path = (name: string) => join(root, name);
  return {
    root,
    path,
    write: (name, content) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content));
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}
