// What may be asked at all: reading, by whoever typed our address, for names that are names.
import { isIPv4 } from 'node:net';
import { isName } from '../store/inside.js';

export interface Asked {
  readonly head: boolean;
  /** Decoded parts of the path, each the name of one thing; a slash at the end is told apart. */
  readonly names: readonly string[];
  readonly slash: boolean;
  readonly query: URLSearchParams;
}

export interface Refusal {
  readonly status: number;
  readonly why: string;
}

export interface RawRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const LONGEST_URL = 8192;

/** `hosts`: the names that the address may have, lower case and without a port; null: any. */
export function readRequest(request: RawRequest, hosts: readonly string[] | null): Asked | Refusal {
  const { method, url = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, why: 'Results are only read here: GET and HEAD.' };
  if (hosts !== null && !hosts.includes(nameOfHost(headers['host']))) {
    return { status: 421, why: 'This server answers to the address that it printed, not to another name.' };
  }
  if (isForeign(headers)) return { status: 403, why: 'Another site may not ask for results.' };
  if (url.length > LONGEST_URL || !url.startsWith('/'))
    return { status: 400, why: 'That is no address of this server.' };
  const [path = '', ...rest] = url.split('?');
  const names = namesOf(path);
  if (names === null) return { status: 400, why: 'That is no address of this server.' };
  const slash = path.endsWith('/');
  return { head: method === 'HEAD', names, slash, query: new URLSearchParams(rest.join('?')) };
}

export function isRefusal(asked: Asked | Refusal): asked is Refusal {
  return 'why' in asked;
}

/** True for addresses that only programs of this machine reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * A page of another site, whose name its owner lets point to this machine, would otherwise be of our origin and read everything.
 */
export function ownNames(host: string): readonly string[] | null {
  return isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]', host.toLowerCase()] : null;
}

function nameOfHost(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header.toLowerCase().replace(/:\d*$/, '') : '';
}

/** What a page of another origin includes or fetches; links from anywhere are fine. */
function isForeign(headers: RawRequest['headers']): boolean {
  const site = headers['sec-fetch-site'];
  return (site === 'cross-site' || site === 'same-site') && headers['sec-fetch-mode'] !== 'navigate';
}

function namesOf(path: string): string[] | null {
  const parts = path.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  try {
    const names = parts.map(decodeURIComponent);
    return names.every(isAddressable) ? names : null;
  } catch {
    return null;
  }
}

/** A name that is one on every system: none that is a way up or to another drive on some. */
export function isAddressable(name: string): boolean {
  return isName(name) && !/[\\\0]|^[A-Za-z]:/.test(name);
}

/** The path of names, from the root of the server. */
export function pathTo(...names: readonly string[]): string {
  return `/${names.map(encodeURIComponent).join('/')}`;
}
