import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { alive } from './testing/processes.js';
import { Watchdog } from './watchdog.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const DIST = path('../../../dist');
const STUBBORN = [path('../../../systems/maelstrom/testing/bad.js'), 'stubborn'];

async function gone(pids: readonly number[]): Promise<boolean> {
  for (let turn = 0; turn < 1000 && pids.some(alive); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
  return !pids.some(alive);
}

describe('no node outlives its parent', () => {
  it.each(['exit', 'crash', 'SIGKILL', 'SIGTERM'])(
    'that ends by %s, be a node frozen or deaf to every request to end',
    async (end) => {
      const parent = spawn(process.execPath, [path('./testing/parent.js'), DIST, end, process.execPath, ...STUBBORN], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const exited = once(parent, 'exit');
      let output = '';
      for await (const chunk of parent.stdout) {
        output += String(chunk);
        if (output.includes('remove them')) break;
      }
      const pids = [...output.matchAll(/process (\d+)/g)].map((match) => Number(match[1]));
      expect(pids).toHaveLength(2);
      if (end.startsWith('SIG')) parent.kill(end as NodeJS.Signals);
      await exited;
      const before = process.hrtime.bigint();
      expect(await gone(pids)).toBe(true);
      expect(Number(process.hrtime.bigint() - before) / 1e6).toBeLessThan(2000);
    },
  );
});

describe('the watchdog', () => {
  const victim = () => {
    const child = spawn(process.execPath, STUBBORN, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    return child.pid!;
  };

  it('kills what is registered when it is stopped, and spares what was taken back', async () => {
    const watchdog = new Watchdog();
    watchdog.start();
    const [doomed, spared] = [victim(), victim()];
    watchdog.add(doomed);
    watchdog.add(spared);
    watchdog.remove(spared);
    await watchdog.stop();
    expect(await gone([doomed])).toBe(true);
    expect(alive(spared)).toBe(true);
    process.kill(-spared, 'SIGKILL');
    expect(await gone([spared])).toBe(true);
  });

  it('is replaced when it is killed, and knows what the first one knew', async () => {
    const watchdog = new Watchdog();
    watchdog.start();
    const doomed = victim();
    watchdog.add(doomed);
    const first = watchdog.pid!;
    process.kill(first, 'SIGKILL');
    expect(await gone([first])).toBe(true);
    while (watchdog.pid === first) await new Promise((resolve) => setImmediate(resolve));
    await watchdog.stop();
    expect(await gone([doomed])).toBe(true);
  });
});
