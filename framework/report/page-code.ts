// The style and the script that every page holds, and what a browser may be told about them.
import { createHash } from 'node:crypto';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { viewerCode } from './viewer-code.js';

export interface PageCode {
  readonly style: string;
  readonly script: string;
}

/** Throws what `viewerCode` throws. */
export function pageCode(): PageCode {
  const viewer = viewerCode();
  return { style: `${STYLE}${viewer.style}`, script: `${SCRIPT}${viewer.script}` };
}

/** As a content security policy names a style or a script that stands in the page. */
export function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
