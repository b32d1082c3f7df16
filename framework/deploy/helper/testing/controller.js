// A control process for tests, to be killed: starts a node and freezes it through a helper, says so, and then says only that it lives.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [program, folder, run, bound, keep, log] = process.argv.slice(2);
const pipe = spawn(process.execPath, [program, 'attach', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
const say = (line) => pipe.stdin.write(`${JSON.stringify(line)}\n`);

say({ id: 1, do: 'hello', run, bound: Number(bound), keep: keep === 'keep' });
const command = ['sh', '-c', 'sleep 99 & sleep 99'];
say({ id: 2, do: 'start', node: 'n1', command, env: {}, log });
setTimeout(() => say({ id: 3, do: 'freeze', node: 'n1', frozen: true }), 50);
setInterval(() => say({ id: 4, do: 'pulse' }), Number(bound) / 4);
for await (const line of createInterface({ input: pipe.stdout })) process.stdout.write(`${line}\n`);
process.exit(0);
