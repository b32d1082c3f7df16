// Clocks, folders and files on a real host: libfaketime in real programs, real file systems.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { clockEnvironment, clockFolder, clockModule, removeClocks } from '../../framework/deploy/helper/clock.js';
import { hostClockModule } from '../../framework/deploy/helper/clock-host.js';
import { removeShared } from '../../framework/deploy/helper/clock-shared.js';
import { FILLER, foldersModule } from '../../framework/deploy/helper/folders.js';
import type { HelperContext } from '../../framework/deploy/helper/modules.js';
import { runHere } from '../../framework/deploy/helper/network/run.js';
import type { FolderFault } from '../../framework/deploy/helper/protocol.js';

let scratch: string;
const remembered = new Map<string, unknown>();
const began = Date.now();

function context(run = 'h3-run'): HelperContext {
  return {
    folder: scratch,
    root: true,
    run: () => run,
    remember: (module, state) => void remembered.set(module, state),
    note: () => {},
    log: () => {},
  };
}

async function must(...command: [string, ...string[]]): Promise<void> {
  const { code, stderr } = await runHere(command);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'h3-faults-'));
});

afterEach(() => {
  for (const [module, state] of remembered) expect(state, module).toBeNull();
});

afterAll(async () => {
  removeClocks(clockFolder('h3-run'));
  rmSync(scratch, { recursive: true, force: true });
  // Programs of other tests have such memory, too, while they live.
  const left = () => {
    removeShared(began);
    return readdirSync('/dev/shm').filter((name) => name.includes('faketime'));
  };
  await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 60_000, interval: 100 });
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('h3-faults-');
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('chaos-clock-h3'))).toEqual([]);
});

describe('the clock of a program', () => {
  /** Prints, for each line, how far its wall clock has gone ahead of the monotonic one since it began. */
  const PROGRAM = `
    const ahead = () => Date.now() - Number(process.hrtime.bigint() / 1000000n);
    const first = ahead();
    require('node:readline').createInterface({ input: process.stdin }).on('line', () => console.log(ahead() - first));
    console.log(0);
  `;
  let library: string;
  const programs: ChildProcess[] = [];

  async function program(node: string): Promise<() => Promise<number>> {
    const env = { ...process.env, ...clockEnvironment('h3-run', node, library) };
    // As programs are often started: by a shell that goes on to be something else.
    const child = spawn('sh', ['-c', '"$@"; exit', 'sh', process.execPath, '-e', PROGRAM], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    programs.push(child);
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    await lines.next();
    return async () => {
      child.stdin!.write('\n');
      return Number((await lines.next()).value);
    };
  }

  beforeAll(async () => {
    const { stdout } = await runHere(['find', '/usr/lib', '-name', 'libfaketime.so.1']);
    library = stdout.trim().split('\n')[0]!;
    expect(library).toMatch(/libfaketime/);
  });

  afterEach(async () => {
    for (const child of programs.splice(0)) {
      child.stdin!.end();
      if (child.exitCode === null) await once(child, 'exit');
    }
  });

  it('moves, of one node alone, and comes back', async () => {
    const clock = clockModule(context());
    const [n1, n2] = [await program('n1'), await program('n2')];
    await clock.handle.clock!({ node: 'n1', faults: [{ offset: 120_000 }, { offset: -500 }] });
    expect(Math.abs((await n1()) - 119_500)).toBeLessThan(20);
    expect(Math.abs(await n2())).toBeLessThan(20);
    await clock.handle.clock!({ node: 'n1', faults: [{ offset: -500 }] });
    expect(Math.abs((await n1()) + 500)).toBeLessThan(20);
    await clock.handle.clock!({ node: 'n2', faults: [{ offset: 1000 }] });
    await clock.handle.clock!({ node: 'n1', faults: [] });
    expect(Math.abs(await n1())).toBeLessThan(20);
    expect(Math.abs((await n2()) - 1000)).toBeLessThan(20);
    await clock.restore();
    expect(Math.abs(await n2())).toBeLessThan(20);
  });

  it('runs faster from where it is, and is brought back by the next helper', async () => {
    const clock = clockModule(context());
    const n3 = await program('n3');
    await new Promise((resolve) => setTimeout(resolve, 700));
    await clock.handle.clock!({ node: 'n3', faults: [{ rate: 2 }] });
    // Not by as much as it has been running.
    expect(Math.abs(await n3())).toBeLessThan(150);
    const before = await n3();
    const begun = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const gained = (await n3()) - before;
    const passed = performance.now() - begun;
    expect(gained).toBeGreaterThan(passed * 0.8);
    expect(gained).toBeLessThan(passed * 1.2);
    await clockModule(context('h3-other')).recover!(remembered.get('clock'));
    expect(Math.abs(await n3())).toBeLessThan(20);
  });
});

describe("the host's clock", () => {
  it('is refused where it cannot be set, and nothing is remembered', async () => {
    // Root of a user namespace is not root of the machine's clock.
    const module = hostClockModule(context(), (command) =>
      runHere(['unshare', '--user', '--map-root-user', ...command]),
    );
    await expect(module.handle['host-clock']!({ offset: 60_000 })).rejects.toMatchObject({
      code: 'fault-unsupported',
      message: expect.stringMatching(/^the clock of \S+ cannot be set: date: .*not permitted/),
    });
    await module.handle['host-clock']!({ offset: 0 });
    await module.restore();
    const nobody = hostClockModule({ ...context(), root: false });
    await expect(nobody.handle['host-clock']!({ offset: 1 })).rejects.toThrow(/not root/);
  });
});

describe('folders', () => {
  const MOST = 64 * 1024 * 1024;
  let points: string[] = [];

  async function tmpfs(name: string): Promise<string> {
    const point = join(scratch, name);
    mkdirSync(point);
    await must('mount', '-t', 'tmpfs', '-o', 'size=4m,nosuid,nodev', 'tmpfs', point);
    points.push(point);
    return point;
  }

  async function disk(name: string): Promise<string> {
    const [point, image] = [join(scratch, name), join(scratch, `${name}.img`)];
    mkdirSync(point);
    await must('truncate', '-s', '16M', image);
    await must('mkfs.ext4', '-q', image);
    await must('mount', '-o', 'loop', image, point);
    points.push(point);
    return point;
  }

  afterEach(async () => {
    for (const point of points) await must('umount', point);
    points = [];
  });

  const code = (write: () => void) => {
    try {
      write();
      return 'written';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  };

  it.each([
    ['a tmpfs', tmpfs],
    ['a disk', disk],
  ])('on %s are filled and made read-only, together too, and healed', async (name, make) => {
    const point = await make(`h3 ${name}`);
    const folder = join(point, 'data');
    mkdirSync(folder);
    writeFileSync(join(folder, 'before'), 'x'.repeat(1000));
    const free = statfsSync(point).bfree;
    const options = await mountOptions(point);
    const module = foldersModule(context());
    const declare = (...faults: FolderFault[]) => module.handle.folders!({ faults });
    const full: FolderFault = { kind: 'full', folder, most: MOST };
    const readOnly: FolderFault = { kind: 'read-only', folder };
    const write = () => writeFileSync(join(folder, 'more'), 'y'.repeat(100_000));

    await declare(full);
    expect(code(write)).toBe('ENOSPC');
    rmSync(join(folder, 'more'), { force: true });
    await declare(full, readOnly);
    expect(code(write)).toBe('EROFS');
    await declare(readOnly);
    expect(code(write)).toBe('EROFS');
    expect(existsSync(join(point, FILLER))).toBe(false);
    await declare(readOnly, full);
    expect(code(write)).toBe('EROFS');
    await declare(full);
    expect(code(write)).toBe('ENOSPC');
    rmSync(join(folder, 'more'), { force: true });
    await declare(full, readOnly);
    await foldersModule(context()).recover!(remembered.get('folders'));
    expect(code(write)).toBe('written');
    rmSync(join(folder, 'more'));
    expect(statfsSync(point).bfree).toBe(free);
    expect(await mountOptions(point)).toBe(options);
    expect(readFileSync(join(folder, 'before'), 'utf8')).toHaveLength(1000);
  });

  it('are refused where the host lives, where they are too large, and where files are open', async () => {
    const point = await tmpfs('busy');
    const module = foldersModule(context());
    const declare = (...faults: FolderFault[]) => module.handle.folders!({ faults });
    for (const folder of ['/', '/etc', '/tmp', scratch, '/proc']) {
      await expect(declare({ kind: 'read-only', folder }), folder).rejects.toMatchObject({ code: 'fault-unsupported' });
    }
    await expect(declare({ kind: 'full', folder: point, most: 1024 })).rejects.toThrow(/at most 1024/);
    const inside = foldersModule({ ...context(), folder: point });
    const faults: FolderFault[] = [{ kind: 'read-only', folder: point }];
    await expect(inside.handle.folders!({ faults })).rejects.toThrow(/lies on it, too/);
    const shared = join(scratch, 'shared');
    mkdirSync(shared);
    await must('mount', '--bind', scratch, shared);
    points.push(shared);
    await expect(declare({ kind: 'full', folder: shared, most: MOST })).rejects.toThrow(/cannot be broken/);
    const holder = spawn('sh', ['-c', 'exec 3>"$1"; echo open; read line', 'sh', join(point, 'held')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout!, 'data');
    await expect(declare({ kind: 'read-only', folder: point })).rejects.toMatchObject({ code: 'folder-busy' });
    holder.stdin!.end();
    await once(holder, 'exit');
    await declare();
  });

  async function mountOptions(point: string): Promise<string> {
    return (await runHere(['findmnt', '-no', 'OPTIONS', point])).stdout;
  }
});
