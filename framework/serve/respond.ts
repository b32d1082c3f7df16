// How answers leave: always with headers that let a browser run nothing and tell nobody.
import type { ServerResponse } from 'node:http';
import { type Html, html, trusted } from '../report/html.js';
import { hashOf } from '../report/page-code.js';
import { STYLE } from '../report/style.js';
import type { Asked } from './request.js';
import { SCRIPT } from './script.js';
import { SERVE_STYLE } from './style.js';

const PAGE_STYLE = `${STYLE}${SERVE_STYLE}`;

const PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(PAGE_STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Browsers refuse an opener policy on what is sandboxed, so only our own pages have one. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': PAGE_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** For what is shown as it is: text and pictures of ours. */
export const INERT_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

/** On everything. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};

export interface Page {
  readonly title: string;
  readonly content: Html;
  readonly status?: number;
}

export function sendPage(asked: Pick<Asked, 'head'>, response: ServerResponse, page: Page): void {
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<title>${page.title}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body class="serve">
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><a href="/">chaos results</a></header>
<main id="main">
${page.content}</main>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup;
  send(asked, response, page.status ?? 200, PAGE_HEADERS, text);
}

export function sendError(asked: Pick<Asked, 'head'>, response: ServerResponse, status: number, why: string): void {
  const content = html`<h1>${status === 404 ? 'Not found' : status < 500 ? 'That cannot be answered' : 'Something went wrong'}</h1>
<p>${why}</p><p><a href="/">All runs</a></p>
`;
  sendPage(asked, response, { title: `${status}: chaos results`, content, status });
}

export function sendRedirect(response: ServerResponse, path: string): void {
  response.writeHead(302, { ...COMMON_HEADERS, Location: path, 'Content-Length': 0 }).end();
}

export function send(
  asked: Pick<Asked, 'head'>,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...COMMON_HEADERS, ...headers, 'Content-Length': bytes.length });
  response.end(asked.head ? undefined : bytes);
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0550ae"/><path d="M3 11l3-6 3 5 4-6" fill="none" stroke="#fff" stroke-width="2"/></svg>';

export function sendIcon(asked: Pick<Asked, 'head'>, response: ServerResponse): void {
  send(asked, response, 200, { 'Content-Type': 'image/svg+xml', 'Content-Security-Policy': INERT_POLICY }, ICON);
}
