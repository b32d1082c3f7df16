// Imports go one way: the table of docs/architecture.md, held as data.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Room -> rooms that it may import, besides itself. */
const ALLOWED: Record<string, readonly string[]> = {
  'framework/contracts': [],
  'framework/time': ['framework/contracts'],
  'framework/network': ['framework/contracts', 'framework/time'],
  'framework/history': ['framework/contracts'],
  'framework/catalog': ['framework/contracts'],
  'framework/plan': ['framework/contracts', 'framework/catalog'],
  'framework/node': ['framework/contracts', 'framework/time', 'framework/network', 'framework/catalog'],
  'framework/deploy': [
    'framework/contracts',
    'framework/time',
    'framework/network',
    'framework/node',
    'framework/catalog',
  ],
  'framework/store': ['framework/contracts', 'framework/history'],
  'framework/report': ['framework/contracts', 'framework/history', 'framework/store'],
  'framework/run': [
    'framework/contracts',
    'framework/time',
    'framework/node',
    'framework/catalog',
    'framework/plan',
    'framework/history',
    'framework/store',
    'framework/report',
  ],
  'framework/serve': ['framework/contracts', 'framework/history', 'framework/store', 'framework/report'],
  'framework/hunt': ['framework/contracts', 'framework/plan', 'framework/run', 'framework/store'],
  // The face and the command line see everything below them; definitions are found by the catalog, never imported.
  'framework/cli': ['framework/*'],
  'framework/index.ts': ['framework/*', 'checkers'],
  'framework/library.ts': ['framework/*', 'checkers'],
  systems: ['framework/contracts', 'systems/shared'],
  'systems/shared': ['framework/contracts'],
  workloads: ['framework/contracts'],
  nemeses: ['framework/contracts'],
  checkers: ['framework/contracts'],
  bench: ['framework/*', 'systems', 'workloads', 'nemeses', 'checkers', 'soak'],
  fuzz: ['framework/*', 'checkers'],
  soak: ['framework/*', 'systems', 'workloads', 'nemeses', 'checkers', 'fuzz'],
};

/** Packages, and who may use them; a room that is not listed uses Node's own modules alone. */
const PACKAGES: Record<string, readonly string[]> = {
  yaml: ['framework/plan', 'framework/deploy'],
  ajv: ['framework/plan'],
  commander: ['framework/cli'],
  execa: ['framework/deploy', 'bench'],
  ssh2: ['framework/deploy'],
  'edn-data': ['framework/history'],
  esbuild: ['framework/catalog'],
  fflate: ['framework/serve'],
  uplot: ['framework/report'],
  'playwright-core': ['bench'],
};

/** Rooms whose files run in the simulation or judge histories: no module of Node's, no clock, no global randomness. */
const PURE = ['systems', 'workloads', 'nemeses', 'checkers', 'framework/contracts', 'framework/network'];
/** Adapters of programs: their code runs beside the program, never in the simulation. */
const ADAPTERS = ['systems/maelstrom/'];
const IMPURE =
  /\b(Date\.now|new Date|performance\.now|Math\.(random|log\w*|exp\w*|pow|sin|cos|tan|sinh|cosh|tanh|atan\w*|hypot|cbrt)|setTimeout|setInterval|setImmediate|localeCompare|toLocale\w+|Intl\.|process\.)/;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sources(path);
    return /(?<!\.test|\/testing)\.ts$/.test(path) ? [path] : [];
  });
}

/** A system is a room of its own; what it may import is listed once for all of them. */
function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top === 'framework') return `framework/${second}`;
  if (top === 'systems') return `systems/${second}`;
  return top;
}

function rulesOf(room: string): readonly string[] | undefined {
  return ALLOWED[room] ?? (room.startsWith('systems/') ? ALLOWED['systems'] : undefined);
}

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^']+)'/gm;

const files = ['framework', 'systems', 'workloads', 'nemeses', 'checkers', 'bench', 'fuzz', 'soak'].flatMap(sources);

/** What is wrong with a file's imports, as a sentence each. */
function wrongImports(file: string): string[] {
  const room = roomOf(file);
  const allowed = rulesOf(room);
  if (allowed === undefined) return [`${file}: room ${room} is not in the table`];
  // What skeletons contain are the user's imports, inside a text.
  if (file.includes('/skeletons/')) return [];
  const fits = (target: string) =>
    target === room ||
    allowed.some(
      (rule) =>
        rule === target || rule === target.split('/')[0] || (rule === 'framework/*' && target.startsWith('framework/')),
    );
  return [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].flatMap(([, specifier = '']) => {
    if (specifier.startsWith('node:')) return [];
    const fine = specifier.startsWith('.')
      ? fits(roomOf(relative(root, resolve(root, dirname(file), specifier))))
      : (PACKAGES[specifier.split('/')[0]!] ?? []).includes(room);
    return fine ? [] : [`${file} imports ${specifier}`];
  });
}

function impurities(file: string): string[] {
  const code = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const found = [...code.matchAll(IMPORT)].flatMap(([, name = '']) => (name.startsWith('node:') ? [name] : []));
  const impure = IMPURE.exec(code)?.[0];
  return [...found, ...(impure === undefined ? [] : [impure])].map((what) => `${file} uses ${what}`);
}

describe('arrows', () => {
  it('reads the sources', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  it('every file imports only what its room may', () => {
    expect(files.flatMap(wrongImports)).toEqual([]);
  });

  it('what runs in browsers knows the page, words and contracts, and nothing of Node', () => {
    const KNOWN = /^framework\/(contracts\/|report\/(viewer\/|page\/|text\.|time-text\.))|^uplot$/;
    const wrong = files
      .filter((file) => /^framework\/report\/(viewer|page)\//.test(file))
      .flatMap((file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].flatMap(([, name = '']) => {
          const target = name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name;
          return KNOWN.test(target) ? [] : [`${file} imports ${name}`];
        }),
      );
    expect(wrong).toEqual([]);
  });

  it('what runs in the simulation or judges a history is deterministic', () => {
    const pure = files.filter(
      (file) => PURE.some((room) => file.startsWith(`${room}/`)) && !ADAPTERS.some((folder) => file.startsWith(folder)),
    );
    expect(pure.flatMap(impurities)).toEqual([]);
  });

  it('only mains end the process', () => {
    const ending = files.filter((file) => /\bprocess\.exit\(/.test(readFileSync(join(root, file), 'utf8')));
    expect(ending.filter((file) => !/main\.ts$/.test(file))).toEqual([]);
  });
});
