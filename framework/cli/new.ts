// chaos new: a working, tested skeleton of a definition, with a plan that runs it.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { type Command, textOption } from './command.js';

export const create: Command = {
  usage: 'new <kind> <name>',
  summary: 'write a working skeleton of a system, workload, nemesis, checker or model',
  options: [{ flags: '--into <folder>', description: 'where to write it', default: '.' }],
  help: `Examples:
  npx chaos new system my-store
  npx chaos new checker no-gaps --into checks

Each skeleton is three files: the definition, its test (vitest), and a plan that runs it.`,
  action: async (args, options, io) => {
    const [kind, name] = args as [string, string];
    const { SKELETONS } = await import('./skeletons/skeletons.js');
    const skeleton = Object.hasOwn(SKELETONS, kind) ? SKELETONS[kind] : undefined;
    if (skeleton === undefined) {
      const hint = `there are: ${Object.keys(SKELETONS).join(', ')}`;
      throw new ChaosError('unknown-kind', `there is no skeleton for '${kind}'`, { kind: 'usage', hint });
    }
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new ChaosError('bad-name', `'${name}' is no name: use lower-case letters, digits and dashes`, {
        kind: 'usage',
      });
    }
    const folder = join(io.cwd, textOption(options, 'into') ?? '.');
    const files = Object.entries(skeleton(name)).map(([file, text]) => ({ path: join(folder, file), text }));
    for (const { path } of files) {
      if (existsSync(path)) {
        const hint = 'choose another name, or remove it first';
        throw new ChaosError('file-exists', `${relative(io.cwd, path)} exists already`, { kind: 'usage', hint });
      }
    }
    mkdirSync(folder, { recursive: true });
    for (const { path, text } of files) {
      writeFileSync(path, text);
      io.out(`${relative(io.cwd, path)}\n`);
    }
    io.out(`run it: npx chaos run ${relative(io.cwd, files.at(-1)!.path)}\n`);
    return EXIT.ok;
  },
};
