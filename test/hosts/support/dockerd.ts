// A Docker engine of a test's own, in a network namespace and a folder of its own, so that nothing of this machine's is touched.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

export interface Dockerd {
  /** For DOCKER_HOST. */
  socket: string;
  /** Ends it and removes all that it made. */
  stop(): Promise<void>;
}

const START_TIMEOUT = 30_000;

/** `name`: of the namespace, at most 15 characters; `folder`: is made, and removed at the end. */
export async function startDockerd(name: string, folder: string): Promise<Dockerd> {
  mkdirSync(folder, { recursive: true });
  const socket = `unix://${join(folder, 'socket')}`;
  await execa('ip', ['netns', 'add', name]);
  await execa('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  const log = openSync(join(folder, 'log'), 'a');
  const options = [
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--host', socket, '--pidfile', join(folder, 'pid')],
  ];
  const entering = [`--net=/run/netns/${name}`, 'unshare', '--mount', '--propagation', 'private', 'dockerd'];
  const daemon = spawn('nsenter', [...entering, ...options], { detached: true, stdio: ['ignore', log, log] });
  const ended = once(daemon, 'exit');
  const stop = async () => {
    if (daemon.exitCode === null && daemon.signalCode === null) {
      daemon.kill('SIGTERM');
      await Promise.race([ended, sleep(20_000)]);
      // Its containerd is of its group.
      if (daemon.exitCode === null && daemon.signalCode === null) process.kill(-daemon.pid!, 'SIGKILL');
    }
    await execa('ip', ['netns', 'del', name], { reject: false });
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + START_TIMEOUT;
  for (;;) {
    const { exitCode } = await execa('docker', ['--host', socket, 'version'], { reject: false, timeout: 10_000 });
    if (exitCode === 0) return { socket, stop };
    if (performance.now() > deadline || daemon.exitCode !== null) {
      const said = readFileSync(join(folder, 'log'), 'utf8').slice(-2_000);
      await stop();
      throw new Error(`dockerd did not start: ${said}`);
    }
    await sleep(100);
  }
}
