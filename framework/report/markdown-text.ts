// Text of a run in Markdown, where it must stay text.
import { clip, visible } from './text.js';

/** What means something in Markdown or to its hosts (mentions, links, formulas), as entities: they stand for themselves. */
const ACTIVE = /[\\`*_[\]<>#|~@&$]|:(?=\/\/)|(?<=\bwww)\./g;

/** Text of a run on one line: never markup, a mention or a link. */
export function plain(text: string, limit: number): string {
  return visible(clip(text, limit))
    .replace(ACTIVE, (found) => `&#${found.codePointAt(0)};`)
    .replace(/\s+/g, ' ');
}

/** A block of code whose content cannot end it. */
export function block(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${visible(text).replace(/\s*\n\s*/g, ' ')}\n${fence}`;
}
