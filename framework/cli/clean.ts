// chaos clean: removes what runs that died have left on this machine, of every deployment that makes something here.
import { EXIT } from '../contracts/result.js';
import { typed } from '../deploy/command-line.js';
import type { Command } from './command.js';
import { printError } from './errors.js';

export const clean: Command = {
  usage: 'clean',
  summary: 'remove what runs that died have left on this machine: containers, networks, namespaces',
  options: [
    { flags: '--dry-run', description: 'only say what would be removed' },
    { flags: '--images', description: 'also the images that were built for nodes, which runs otherwise use again' },
  ],
  help: `Hosts that are reached over SSH are not looked at: \`npx chaos heal <plan>\` does that.

Exit codes: 0 nothing is left, 130 interrupted, 254 bad arguments, 255 something could not be removed.`,
  action: async (_args, options, io) => {
    const { defaultCatalog } = await import('../catalog/catalog.js');
    const dry = options['dryRun'] === true;
    const images = options['images'] === true;
    let code: number = EXIT.ok;
    let found = 0;
    const stays: string[] = [];
    for (const { name, clean, kept } of await defaultCatalog().all('deployment')) {
      if (clean === undefined) continue;
      if (io.signal.aborted) return EXIT.interrupted;
      try {
        const lines = await clean(dry, { images });
        for (const line of lines) io.out(`${name}: ${dry ? 'would remove' : 'removed'} ${line}\n`);
        found += lines.length;
        if (!images && kept !== undefined) stays.push(...(await kept()));
      } catch (error) {
        code = printError(error, io);
      }
    }
    if (found === 0 && code === EXIT.ok) io.out('there is nothing to remove\n');
    for (const line of stays) io.out(`kept for the next run: ${line}\n`);
    if (stays.length > 0) io.out(`to remove that, too: ${typed('clean --images')}\n`);
    return code;
  },
};
