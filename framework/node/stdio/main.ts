// The process of one reference node: `node main.js --system raft --data DIR`, speaking the Maelstrom protocol on stdio.
import { LineReader } from '../process/line-reader.js';
import { makeNode, runMain } from '../process/main.js';
import { writeFully } from '../process/output.js';
import { parseArguments } from './arguments.js';
import { loadSystem } from './load-system.js';
import { StdioOutlet } from './outlet.js';

const STDOUT = 1;

await runMain(async () => {
  const { source, options, data, seed, origin, parent } = parseArguments(process.argv.slice(2));
  const system = await loadSystem(source);
  const outlet = new StdioOutlet((text) => writeFully(STDOUT, Buffer.from(text)));
  const runtime = makeNode({ system, options, data, seed, start: origin, parent, again: false, outlet });
  const reader = new LineReader();
  process.stdin.on('data', (chunk: Buffer) => {
    const batch = reader.push(chunk);
    if (batch !== null) runtime.lines(batch);
  });
  process.stdin.on('end', () => {
    runtime.flush();
    process.exit(0);
  });
});
