// Any node that speaks the Maelstrom protocol, in any language, is a system by naming its program.
import { defineSystem } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';
import { programName } from '../../framework/contracts/program-name.js';

export interface MaelstromOptions {
  bin: string;
  args: readonly string[];
  cwd: string;
}

export default defineSystem<MaelstromOptions>({
  name: 'maelstrom',
  summary: 'any program that speaks the Maelstrom protocol on stdin and stdout',
  // As Maelstrom numbers them: some programs know n0 by name.
  firstNode: 0,
  workloads: ['echo', 'unique-ids', 'broadcast', 'g-set', 'g-counter', 'pn-counter', 'lin-kv'],
  options: {
    bin: option.required(
      option.program(
        'The program of a node, started without a shell: its path (./node.py), or a name on the PATH (python3).',
      ),
    ),
    args: option.list('Arguments of the program, as they are.', { type: 'string' }, []),
    cwd: option.path('Working directory of every node: what relative paths in args start from.', '.', {
      'x-expected': 'a folder such as ./nodes',
    }),
  },
  title: ({ bin, args }) => programName([bin, ...args]),
  program: ({ bin, args, cwd }) => ({ command: bin, args, cwd }),
});
