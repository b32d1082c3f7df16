// The helper as one file, which runs wherever there is Node.
import { dirname } from 'node:path';
import { bundleProgram, ownModule } from '../../catalog/program-bundle.js';

let text: Promise<string> | null = null;

/** The program's text, made once. It is run as `node helper.mjs attach FOLDER` on the host. */
export function helperProgram(): Promise<string> {
  text ??= build();
  return text;
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
