// Files of runs as they are: text as text, the rest to save; of a report only our own viewer runs, whoever wrote the page.
import { closeSync, createReadStream, readSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { hashOf, pageCode } from '../report/page-code.js';
import type { OpenedFile } from '../store/inside.js';
import type { Asked } from './request.js';
import { COMMON_HEADERS, INERT_POLICY } from './respond.js';

const TEXTS = /\.(txt|log|md|ya?ml|jsonl?|xml|edn|html?|csv|out|err|js|ts|svg)$/i;

/** The run's own page, in the run's own folder. */
export const REPORT = 'report.html';

/**
 * An origin of its own, without the rights of this server's pages; the only scripts that may run are those that this program
 * writes into reports. What the file itself says comes on top.
 */
function reportPolicy(): string {
  const viewer = pageCode().scripts.map(hashOf).join(' ');
  return `sandbox allow-scripts; default-src 'none'; script-src ${viewer}; style-src 'unsafe-inline'; frame-ancestors 'none'`;
}

/** True when a page ends with our viewer, and so may run it. Closes the file. */
export function isOwnReport({ fd, size }: OpenedFile): boolean {
  const end = Buffer.from(`${pageCode().ending}</body>\n</html>\n`);
  try {
    const found = Buffer.alloc(end.length);
    return (
      size >= end.length && readSync(fd, found, 0, end.length, size - end.length) === end.length && found.equals(end)
    );
  } finally {
    closeSync(fd);
  }
}

/** `names`: from the run's folder. Closes the file in every case. */
export async function sendFile(
  asked: Pick<Asked, 'head' | 'query'>,
  response: ServerResponse,
  file: OpenedFile,
  names: readonly string[],
): Promise<void> {
  const name = names[names.length - 1]!;
  response.writeHead(200, {
    ...COMMON_HEADERS,
    ...headersFor(names, asked.query.has('download')),
    'Content-Length': file.size,
    'Last-Modified': new Date(file.modified).toUTCString(),
    ...(asked.query.has('download') || !isShown(name) ? { 'Content-Disposition': attachment(name) } : {}),
  });
  if (asked.head || file.size === 0) {
    closeSync(file.fd);
    response.end();
    return;
  }
  // A file that still grows is sent as long as it was.
  await pipeline(createReadStream('', { fd: file.fd, start: 0, end: file.size - 1 }), response);
}

function isShown(name: string): boolean {
  return TEXTS.test(name);
}

function headersFor(names: readonly string[], download: boolean): Record<string, string> {
  if (names.length === 1 && names[0] === REPORT && !download) {
    return { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': reportPolicy() };
  }
  const type = isShown(names[names.length - 1]!) ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  return { 'Content-Type': type, 'Content-Security-Policy': INERT_POLICY };
}

/** `Content-Disposition` for saving under a name: RFC 6266, with a plain form for old readers. */
export function attachment(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._@=,+-]/g, '_');
  const full = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${full}`;
}
