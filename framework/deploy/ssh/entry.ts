// One host as a person writes it, `user@host:port` or an object, taken apart and checked.
import { isIP } from 'node:net';
import type { HostEntry } from './options.js';

/** Of an entry: what it says, or what is wrong with it. */
export type ReadEntry = { entry: HostEntry } | { problems: string[] };

const TEXTS = ['host', 'name', 'address', 'user', 'key', 'passphrase-env', 'password-env', 'jump'] as const;
const FIELDS: readonly string[] = [...TEXTS, 'port'];
/** Neither can be taken for an option by a program that gets it as an argument. */
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.@+-]*\$?$/;
const HOST = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What somebody may write in place of the name of a variable, or of a file. */
const LITERALS: Readonly<Record<string, string>> = {
  password: 'password-env',
  pass: 'password-env',
  passphrase: 'passphrase-env',
};

/** Nothing of what was written is in a problem unless it is certain to be no secret. */
export function readEntry(written: unknown): ReadEntry {
  if (typeof written === 'string') return readText(written.trim());
  if (typeof written === 'object' && written !== null && !Array.isArray(written)) return readObject({ ...written });
  return { problems: ['must be a text such as user@10.0.0.1:22, or an object with the key "host"'] };
}

/** `user@host:port`; user and port may be left out, an IPv6 address with a port stands in brackets. */
function readText(text: string): ReadEntry {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  const rest = text.slice(at + 1);
  if (user?.includes(':') === true) {
    return { problems: ['has a password in it; name an environment variable with "password-env" instead'] };
  }
  const match = /^\[([^\]]+)\](?::(.*))?$|^([^:]*)(?::([^:]*))?$/.exec(rest);
  const bare = isIP(rest) === 6;
  const host = bare ? rest : (match?.[1] ?? match?.[3]);
  const port = bare ? undefined : (match?.[2] ?? match?.[4]);
  if (host === undefined) return { problems: [`must be like user@10.0.0.1:22, not "${text}"`] };
  return checked({ host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) });
}

function readObject(object: Record<string, unknown>): ReadEntry {
  const problems = Object.keys(object).flatMap((key) => {
    const instead = Object.hasOwn(LITERALS, key) ? LITERALS[key] : undefined;
    if (instead !== undefined)
      return [`has "${key}": secrets have no place in a file; name a variable with "${instead}"`];
    return FIELDS.includes(key) ? [] : [`has an unknown key "${key}"; there are: ${FIELDS.join(', ')}`];
  });
  if (object['host'] === undefined) problems.push('needs the key "host"');
  for (const key of TEXTS) {
    if (object[key] !== undefined && typeof object[key] !== 'string') problems.push(`"${key}" must be a text`);
  }
  return problems.length > 0 ? { problems } : checked(object);
}

function checked(written: Record<string, unknown>): ReadEntry {
  const { host, name, address, user, key, jump } = written as Partial<Record<string, string>>;
  const port = written['port'] === undefined ? undefined : portOf(written['port']);
  const variables = (['passphrase-env', 'password-env'] as const).filter((key) => written[key] !== undefined);
  const problems = [
    ...(isHost(host ?? '') ? [] : [`"${host}" is neither a host name nor an address`]),
    ...(user === undefined || USER.test(user) ? [] : [`"${user}" is no name of a user`]),
    ...(port === null ? [`a port is a whole number from 1 to 65535, not "${written['port']}"`] : []),
    ...(address === undefined || isHost(address) ? [] : [`"${address}" is no address`]),
    ...(name === '' ? ['"name" must not be empty'] : []),
    ...(key?.trim() === '' || key?.includes('PRIVATE KEY') === true ? ['"key" must be the path of a file'] : []),
    // What stands there may be the secret itself.
    ...variables.flatMap((each) =>
      VARIABLE.test(String(written[each])) ? [] : [`"${each}" must be the name of an environment variable`],
    ),
    ...(jump === undefined ? [] : jumpProblems(jump)),
  ];
  if (problems.length > 0) return { problems };
  const { port: _, ...rest } = written;
  return { entry: { ...rest, host: host!, ...(typeof port === 'number' ? { port } : {}) } };
}

function jumpProblems(jump: string): string[] {
  const read = readText(jump.trim());
  return 'entry' in read ? [] : read.problems.map((problem) => `the host to jump through: ${problem}`);
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || HOST.test(text);
}

/** null: it is none. */
function portOf(value: unknown): number | null {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : null;
}
