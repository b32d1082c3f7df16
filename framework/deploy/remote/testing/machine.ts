// This machine as a host, for tests of what only runs commands there.
import { spawn } from 'node:child_process';
import type { Command, Exit, Host, Pipe } from '../../host/host.js';

const refuse = () => Promise.reject(new Error('this host only runs commands'));

export function machine(name = 'n1', overrides: Partial<Host> = {}): Host {
  return {
    name,
    address: '127.0.0.1',
    title: `machine of ${name}`,
    open: async ([program, ...args]: Command, { env = {} } = {}): Promise<Pipe> => {
      const child = spawn(program, args, { env: { ...process.env, ...env } });
      const exited = new Promise<Exit>((done) => child.once('close', (code, signal) => done({ code, signal })));
      const close = () => {
        child.kill('SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
      };
      return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, close };
    },
    run: refuse,
    upload: refuse,
    download: refuse,
    spawn: refuse,
    close: async () => {},
    ...overrides,
  };
}
