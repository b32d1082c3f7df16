// chaos export: a history in the words of another tool.
import { createWriteStream, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ChaosError, messageOf } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { type Command, textOption } from './command.js';

export const exportHistory: Command = {
  usage: 'export <path>',
  summary: 'write a history (a results folder or a file) as Jepsen EDN',
  options: [{ flags: '--out <file>', description: 'where to write it (default: standard output)' }],
  help: 'Examples:\n  npx chaos export results/latest --out history.edn\n  npx chaos export history.jsonl | less',
  action: async (args, options, io) => {
    const [{ importHistory }, { ednLines }] = await Promise.all([
      import('../history/import.js'),
      import('../history/edn.js'),
    ]);
    const path = String(args[0]);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new ChaosError('not-found', `there is nothing at ${path}`, { kind: 'usage' });
    const { history, warnings } = importHistory(stat.isDirectory() ? join(path, 'history.jsonl') : path);
    for (const warning of warnings) io.err(`warning ${path}: ${warning}\n`);
    const out = textOption(options, 'out');
    if (out === undefined) {
      for (const line of ednLines(history)) io.out(line);
    } else {
      await pipeline(Readable.from(ednLines(history)), createWriteStream(resolve(io.cwd, out))).catch(
        (cause: unknown) => {
          const hint = 'choose a file that you may write to';
          throw new ChaosError('not-writable', `cannot write ${out}: ${messageOf(cause)}`, { hint, cause });
        },
      );
      io.err(`${out}: ${history.length} events\n`);
    }
    return EXIT.ok;
  },
};
