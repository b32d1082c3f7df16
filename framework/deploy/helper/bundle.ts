// The helper as one file, which runs wherever there is Node.
import { dirname } from 'node:path';
import { bundleProgram, ownModule } from '../../catalog/program-bundle.js';
import type { Command } from '../host/host.js';

let text: Promise<string> | null = null;

/** The program's text, made once; `attachCommand` runs it. */
export function helperProgram(): Promise<string> {
  text ??= build();
  return text;
}

/** Opens the pipe to the helper of a folder. `node`: how Node is run on the host; `program`: where the text above lies there. */
export function attachCommand(node: Command, program: string, folder: string): Command {
  return [...node, program, 'attach', folder, ...node];
}

function build(): Promise<string> {
  const main = ownModule('framework/deploy/helper/main');
  const contents = [
    `import { main } from ${JSON.stringify(main)};`,
    // The first argument is this file.
    'await main(process.argv.slice(1));',
  ].join('\n');
  return bundleProgram(contents, dirname(main));
}
