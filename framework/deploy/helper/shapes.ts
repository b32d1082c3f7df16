// What each request must look like. Whoever speaks to the helper is trusted with the host, but a mistake must not become a fault.
import { ChaosError } from '../../contracts/error.js';
import type { Ask, RequestName } from './protocol.js';

/** Null: fine; else what was expected. */
type Check = (value: unknown) => string | null;
type Fields<K extends RequestName> = { [F in keyof Ask<K>]-?: Check };

const LONGEST_NAME = 200;

const is =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) ? null : expected;

const plain = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');
const record = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = is('a text', plain);
const flag = is('true or false', (value) => typeof value === 'boolean');
const number = is('a number', (value) => typeof value === 'number' && Number.isFinite(value));
const length = is('a number, 0 or more', (value) => typeof value === 'number' && value >= 0);
/** Names become parts of marks, which a slash ends. */
const name = is('a name', (value) => plain(value) && /^[^\s/=]{1,200}$/.test(value));
const label = is('a name', (value) => plain(value) && value.length <= LONGEST_NAME && /^[^\s]+$/.test(value));
const path = is('an absolute path', (value) => plain(value) && value.startsWith('/'));
const list = is('a list', Array.isArray);
const command = is('a program and its arguments', (value) => {
  return Array.isArray(value) && value.length > 0 && value[0] !== '' && value.every(plain);
});
const texts = is('texts by name', (value) => record(value) && Object.values(value).every(plain));
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);
const oneOf = (...values: readonly string[]): Check =>
  is(`one of ${values.join(', ')}`, (value) => values.includes(value as string));

const nodeCommand = { node: name, command, env: texts, cwd: optional(path), log: path };

const SHAPES: { [K in RequestName]: Partial<Fields<K>> } = {
  hello: { run: label, bound: is('a duration above 0', (value) => typeof value === 'number' && value > 0), keep: flag },
  pulse: {},
  start: nodeCommand,
  step: {
    ...nodeCommand,
    timeout: length,
    input: optional(is('a text', (value) => typeof value === 'string')),
    most: length,
  },
  signal: { node: name, signal: oneOf('SIGKILL', 'SIGTERM', 'SIGINT') },
  freeze: { node: name, frozen: flag },
  damage: { kind: oneOf('crash', 'tear', 'flip', 'unflip', 'cut', 'uncut'), folder: path },
  network: { links: list },
  measured: { to: is('a list of addresses', (value) => Array.isArray(value) && value.every(plain)) },
  probe: {
    address: text,
    port: is('a port', (port) => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536),
    text,
    count: optional(is('a count from 1 to 1000', (n) => Number.isInteger(n) && Number(n) > 0 && Number(n) <= 1000)),
  },
  probed: { from: text },
  clock: { node: name, faults: list },
  'host-clock': { offset: number },
  folders: { faults: list },
  'slow-disk': { node: name, delay: length },
  unsynced: { node: name, folder: path, act: oneOf('mount', 'drop', 'unmount') },
  'damage-files': {
    kind: oneOf('truncate', 'bit-flip'),
    folder: path,
    files: text,
    seed: number,
    position: optional(number),
    dry: optional(flag),
  },
  heal: {},
  end: {},
};

export function isRequest(value: unknown): value is RequestName {
  return typeof value === 'string' && Object.hasOwn(SHAPES, value);
}

/** Throws ChaosError('helper-request') that names the first field that is wrong. */
export function checkShape(request: RequestName, ask: Readonly<Record<string, unknown>>): void {
  if (!record(ask)) throw malformed('a request must be an object');
  for (const [field, check] of Object.entries<Check>(SHAPES[request] as Record<string, Check>)) {
    const expected = check(ask[field]);
    if (expected !== null) throw malformed(`${request} needs ${expected} as its ${field}`);
  }
}

export function malformed(message: string): ChaosError {
  return new ChaosError('helper-request', message, {
    kind: 'internal',
    hint: 'Both sides must be of one version: remove the helper from the host and let it be uploaded again.',
  });
}
