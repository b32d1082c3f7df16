// The program of a reference node as one file, for hosts where this package is not.
import { dirname } from 'node:path';
import { bundleProgram, ownModule } from '../../catalog/program-bundle.js';
import type { DefinitionSource } from '../../contracts/deployment.js';

/**
 * An ECMAScript module for Node 20 that runs a node of the system; its arguments are those of `formatTcpArguments`. Throws
 * ChaosError('module-invalid') when the system cannot be compiled.
 */
export async function nodeProgram(source: DefinitionSource): Promise<string> {
  const system = source.kind === 'builtin' ? ownModule(`systems/${source.name}/index`) : source.path;
  const contents = [
    `import system from ${JSON.stringify(system)};`,
    `import { runTcpNode } from ${JSON.stringify(ownModule('framework/node/tcp/main'))};`,
    'await runTcpNode(system, process.argv.slice(2));',
  ];
  return bundleProgram(contents.join('\n'), dirname(system));
}
