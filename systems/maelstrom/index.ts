// Any node that speaks the Maelstrom protocol, in any language, is a system by naming its program.
import { isAbsolute, resolve } from 'node:path';
import { defineSystem } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';

export interface MaelstromOptions {
  bin: string;
  args: readonly string[];
}

/** A path is resolved against the working directory; a bare name such as `python3` is looked up on the PATH. */
function commandOf(bin: string): string {
  return bin.includes('/') && !isAbsolute(bin) ? resolve(bin) : bin;
}

export default defineSystem<MaelstromOptions>({
  name: 'maelstrom',
  summary: 'any program that speaks the Maelstrom protocol on stdin and stdout',
  workloads: ['echo', 'unique-ids', 'broadcast', 'g-set', 'g-counter', 'pn-counter', 'lin-kv'],
  options: {
    bin: option.text('Program of a node, started without a shell: a path (./node.py) or a name on the PATH (python3).'),
    args: option.list('Arguments of the program.', { type: 'string' }, []),
  },
  program: ({ bin, args }) => ({ command: commandOf(bin), args }),
  validate: ({ bin }) => (bin === undefined || bin === '' ? ['bin is missing: name the program of a node'] : []),
});
