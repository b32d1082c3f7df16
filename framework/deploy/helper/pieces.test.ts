// The parts of a helper that need no host.
import { linkSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoundedLines } from './bounded-lines.js';
import { claimFolder, livingHolder } from './claim.js';
import { DaemonLog } from './daemon-log.js';
import { Dispatch } from './dispatch.js';
import { KeptBytes } from './kept-bytes.js';
import { Lease } from './lease.js';
import type { HelperModule } from './modules.js';
import { bootId, parsePs, processRow, processTable } from './process-table.js';
import { StateFile } from './state-file.js';
import { until } from './testing/workshop.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'helper-pieces-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a lease', () => {
  it('runs out once, after the last word and the bound, and can begin anew', async () => {
    let expired = 0;
    const lease = new Lease(400, () => expired++);
    for (let n = 0; n < 6; n++) {
      await sleep(100);
      expect(lease.renew()).toBe(true);
    }
    expect(expired).toBe(0);
    expect(await until(() => expired === 1)).toBe(true);
    expect(lease.renew()).toBe(false);
    lease.restart(20);
    expect(await until(() => expired === 2)).toBe(true);
    lease.restart(20);
    lease.stop();
    await sleep(60);
    expect(expired).toBe(2);
    expect(lease.renew()).toBe(false);
  });

  it('finds that it has run out before any timer says so', () => {
    let expired = 0;
    const lease = new Lease(20, () => expired++);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    expect(lease.renew()).toBe(false);
    expect(expired).toBe(1);
  });
});

describe('lines', () => {
  it('that are too long are told, whatever the chunks, and the next one is read again', () => {
    const text = `a\n${'x'.repeat(30)}\nb\n\n${'y'.repeat(11)}\n${'z'.repeat(10)}\n`;
    for (let size = 1; size < 60; size++) {
      const lines = new BoundedLines(10);
      const found: (string | null)[] = [];
      for (let at = 0; at < text.length; at += size) found.push(...lines.push(Buffer.from(text.slice(at, at + size))));
      expect(found).toEqual(['a', null, 'b', '', null, 'z'.repeat(10)]);
    }
  });
});

describe('kept bytes', () => {
  it('are the last ones, whole characters', () => {
    for (const most of [0, 1, 7, 100, 1000]) {
      for (const size of [1, 3, 64, 5000]) {
        const kept = new KeptBytes(most);
        const all = Buffer.alloc(3000, 'abcdefg');
        for (let at = 0; at < all.length; at += size) kept.push(all.subarray(at, at + size));
        expect(kept.text()).toBe(all.toString().slice(all.length - most));
      }
    }
    const kept = new KeptBytes(4);
    kept.push(Buffer.from('aüü!'));
    expect(kept.text()).toBe('ü!');
  });
});

describe('the claim of a folder', () => {
  it('has one living holder', () => {
    const claim = claimFolder(folder)!;
    expect(livingHolder(folder)).toBe(process.pid);
    expect(claimFolder(folder)).toBe(null);
    claim.release();
    expect(readdirSync(folder)).toEqual([]);
    claimFolder(folder)!.release();
  });

  it('passes on from holders that are dead, or whose id somebody else has by now', () => {
    const dead = [
      { pid: 2 ** 22 + 1, start: '1', boot: bootId() },
      { pid: process.pid, start: '1', boot: bootId() },
    ];
    dead.forEach((holder, n) => {
      writeFileSync(join(folder, `helper-${n + 3}.pid`), JSON.stringify(holder));
    });
    writeFileSync(join(folder, 'helper-9.pid'), 'damaged');
    linkSync(join(folder, 'helper-9.pid'), join(folder, 'helper-x.pid'));
    const claim = claimFolder(folder)!;
    expect(readdirSync(folder).sort()).toEqual(['helper-10.pid', 'helper-x.pid']);
    claim.release();
  });
});

describe('the state file', () => {
  it('tells the next one what was in force, and is there as long as anything is', () => {
    const path = join(folder, 'state');
    const state = new StateFile(path);
    expect(state.modules).toEqual({});
    state.owner = { run: 'r', keep: true };
    state.remember('a', { x: 1 });
    state.remember('b', [2]);
    state.remember('a', null);
    const next = new StateFile(path);
    expect(next.owner).toEqual({ run: 'r', keep: true });
    expect(next.modules).toEqual({ b: [2] });
    expect(readdirSync(folder)).toEqual(['state']);
    next.remove();
    expect(new StateFile(path).modules).toEqual({});
  });

  it('says when it cannot be written', () => {
    const state = new StateFile(join(folder, 'no', 'such'));
    expect(() => state.remember('a', 1)).toThrow('ENOENT');
  });
});

describe('the log of a helper', () => {
  it('does not grow beyond its bound', () => {
    const path = join(folder, 'log');
    const log = new DaemonLog(path);
    for (let n = 0; n < 2000; n++) log.write('x'.repeat(5000));
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes).toHaveLength(2);
    for (const size of sizes) expect(size).toBeLessThan(600_000);
  });
});

describe('the table of processes', () => {
  it('has this process and its parent, without any that has ended', () => {
    const row = processTable().get(process.pid)!;
    expect(row).toMatchObject({
      pid: process.pid,
      parent: process.ppid,
      stopped: false,
      traced: false,
      blocked: false,
      ended: false,
      kernel: false,
    });
    expect(processRow(process.pid)).toEqual(row);
    expect(processRow(2 ** 22 + 1)).toBe(null);
  });

  it('is read from ps where there is nothing better', () => {
    const text =
      '    1     0     1 Ss   Sat Nov 21 11:11:13 2026\n  412   1   412 T+   Sat Nov 21 20:00:00 2026\n 7 1 7 Z x\n';
    expect(parsePs(text)).toEqual([
      {
        pid: 1,
        parent: 0,
        group: 1,
        start: 'Sat Nov 21 11:11:13 2026',
        stopped: false,
        traced: false,
        blocked: false,
        ended: false,
        kernel: false,
      },
      {
        pid: 412,
        parent: 1,
        group: 412,
        start: 'Sat Nov 21 20:00:00 2026',
        stopped: true,
        traced: false,
        blocked: false,
        ended: false,
        kernel: false,
      },
      {
        pid: 7,
        parent: 1,
        group: 7,
        start: 'x',
        stopped: false,
        traced: false,
        blocked: false,
        ended: true,
        kernel: false,
      },
    ]);
  });
});

describe('the dispatcher', () => {
  const said: string[] = [];
  const slow = (name: string, time: number) => async () => {
    said.push(`${name} begins`);
    await sleep(time);
    said.push(`${name} ends`);
    return { processes: 0, observed: true };
  };
  const module: HelperModule = {
    name: 'm',
    handle: {
      freeze: ({ node }) => slow(node, node === 'n1' ? 30 : 5)(),
      network: async () => {
        throw new Error('cannot');
      },
    },
    async restore() {
      said.push('restored');
    },
  };
  const dispatch = new Dispatch([module], { pulse: async () => ({}) }, () => null);
  const ask = (id: number, node: string) => dispatch.reply(JSON.stringify({ id, do: 'freeze', node, frozen: true }));

  beforeEach(() => {
    said.length = 0;
  });

  it('keeps the order of one node, and lets others go on', async () => {
    await Promise.all([ask(1, 'n1'), ask(2, 'n1'), ask(3, 'n2')]);
    expect(said).toEqual(['n1 begins', 'n2 begins', 'n2 ends', 'n1 ends', 'n1 begins', 'n1 ends']);
    expect(await dispatch.reply('{"id":4,"do":"network","links":[]}')).toEqual({
      id: 4,
      error: { code: 'helper-failed', message: 'cannot' },
    });
    expect(await dispatch.reply('{"id":5,"do":"clock","node":"n1","faults":[]}')).toMatchObject({
      error: { code: 'not-supported' },
    });
  });

  it('takes faults back behind what was asked before', async () => {
    const asked = [ask(1, 'n1'), ask(2, 'n1')];
    await dispatch.heal();
    expect(said).toEqual(['n1 begins', 'n1 ends', 'n1 begins', 'n1 ends', 'restored']);
    await Promise.all(asked);
  });

  it('lets nothing begin any more when the control process is gone', async () => {
    const asked = [ask(1, 'n1'), ask(2, 'n1')];
    await sleep(10);
    await dispatch.restore();
    expect(said).toEqual(['n1 begins', 'n1 ends', 'restored']);
    expect((await Promise.all(asked))[1]).toMatchObject({ error: { code: 'host-healed' } });
  });
});
