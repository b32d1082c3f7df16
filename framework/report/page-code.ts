// The style and the scripts that every page holds, and what a browser may be told about them.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { LOADER, SCRIPT, VIEWER_ID } from './script.js';
import { STYLE } from './style.js';
import { viewerCode } from './viewer-code.js';

export interface PageCode {
  readonly style: string;
  /** What a browser may run, and nothing else: the page's own script, and the viewer that it unpacks. */
  readonly scripts: readonly string[];
  /** Markup that ends the body: the viewer, compressed, and the script. */
  readonly ending: string;
}

let code: PageCode | null = null;

/** Throws what `viewerCode` throws. */
export function pageCode(): PageCode {
  code ??= made();
  return code;
}

function made(): PageCode {
  const viewer = viewerCode();
  const script = `${SCRIPT}${LOADER}`;
  const packed = gzipSync(viewer.script, { level: 9 }).toString('base64');
  return {
    style: `${STYLE}${viewer.style}`,
    scripts: [script, viewer.script],
    ending: `<script type="application/octet-stream" id="${VIEWER_ID}">${packed}</script>\n<script>${script}</script>\n`,
  };
}

/** As a content security policy names a style or a script that stands in the page. */
export function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
