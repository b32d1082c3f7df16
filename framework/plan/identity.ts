// Names that are safe as folders: a plan's id, and the ids of its matrix cells.
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';

const LONGEST = 100;

/** A results folder has a link of this name. */
const RESERVED = 'latest';

/** The file's stem with the cell behind `@`; a file called plan.yaml (a results folder has one) goes by the plan's name. */
export function planId(file: string | null, name: string, cell: string | null): string {
  const stem = file === null ? '' : slug(basename(file, extname(file)));
  const base = stem === '' || stem === 'plan' ? slug(name) : stem;
  const safe = base === '' ? 'plan' : base === RESERVED ? `${base}-plan` : base;
  return bounded(cell === null ? safe : `${safe}@${slug(cell)}`);
}

/** Only characters that no shell and no file system takes amiss; never hidden, never empty where the text has a letter. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9._=,+%-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
}

/** At most a hundred characters; what is cut off still counts, through a hash. */
export function bounded(text: string): string {
  if (text.length <= LONGEST) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${text.slice(0, LONGEST - 9).replace(/[-.]+$/, '')}-${hash}`;
}
