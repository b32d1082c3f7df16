import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanLabs, isDead } from './remove.js';
import {
  claimSubnet,
  createRecord,
  type LabRecord,
  labFolders,
  listRecords,
  markProcess,
  privateFolder,
  readRecord,
  runs,
  writeRecord,
} from './state.js';

let space: string;
beforeEach(() => {
  space = mkdtempSync(join(tmpdir(), 'chaos-lab-state-'));
});
afterEach(() => rmSync(space, { recursive: true, force: true }));

const GONE = { pid: 1, started: -1 };

function record(id: string, part: Partial<LabRecord> = {}): LabRecord {
  return {
    format: 1,
    id,
    made: '2026-01-01T00:00:00.000Z',
    maker: markProcess(process.pid)!,
    rack: null,
    keep: false,
    contained: false,
    subnet: '10.55.0',
    link: 'chaos-00000000',
    state: join(space, 'state', id),
    disks: join(space, 'disks', id),
    claim: join(space, 'state', '.10.55.0'),
    hosts: [],
    ...part,
  };
}

describe('what a lab says about itself', () => {
  it('is found by any process of the same user, and by nobody else', () => {
    const made = record('a', { hosts: [{ name: 'n1', address: '10.55.0.1', init: GONE }] });
    createRecord(made);
    expect(readRecord(made.state)).toEqual(made);
    writeRecord({ ...made, keep: true });
    expect(listRecords(join(space, 'state'))).toEqual([{ ...made, keep: true }]);
    expect(statSync(made.state).mode & 0o777).toBe(0o700);
    expect(readdirSync(made.state)).toEqual(['lab.json']);
  });

  it('is there once', () => {
    createRecord(record('a'));
    expect(() => createRecord(record('a'))).toThrow(expect.objectContaining({ code: 'lab-exists', kind: 'usage' }));
    expect(listRecords(join(space, 'elsewhere'))).toEqual([]);
  });

  it('is not taken from a folder that says it is another lab', () => {
    createRecord(record('a'));
    symlinkSync('a', join(space, 'state', 'b'));
    expect(listRecords(join(space, 'state')).map(({ id }) => id)).toEqual(['a']);
  });

  it('claims a subnet once', () => {
    createRecord(record('a'));
    expect(claimSubnet(record('a').claim, 'a')).toBe(true);
    expect(claimSubnet(record('b').claim, 'b')).toBe(false);
  });

  it('stays out of folders that something else has made', () => {
    symlinkSync('/etc', join(space, 'link'));
    expect(() => privateFolder(join(space, 'link'))).toThrow(expect.objectContaining({ code: 'lab-folder' }));
  });
});

describe('a process', () => {
  it('is told from a later one with the same number, and from one that has ended', async () => {
    const mark = markProcess(process.pid)!;
    expect(runs(mark)).toBe(true);
    expect(runs({ ...mark, started: mark.started + 1 })).toBe(false);
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const other = markProcess(child.pid!)!;
    expect(runs(other)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(runs(other)).toBe(false);
    expect(markProcess(2 ** 30)).toBeNull();
  });
});

describe('what dead labs leave', () => {
  it('is removed, with whatever belongs to no lab; what lives stays', async () => {
    const folders = { state: join(space, 'state'), disks: join(space, 'disks') };
    const [dead, live] = [record('dead', { maker: GONE }), record('live')];
    for (const each of [dead, live]) {
      createRecord(each);
      privateFolder(each.disks);
    }
    claimSubnet(dead.claim, 'dead');
    symlinkSync('nobody', join(folders.state, '.10.55.9'));
    privateFolder(join(folders.disks, 'orphan'));
    expect([isDead(dead), isDead(live), isDead({ ...live, maker: GONE, keep: true })]).toEqual([true, false, true]);
    const told = await cleanLabs(true, folders);
    expect(told).toHaveLength(3);
    expect(existsSync(dead.disks)).toBe(true);
    expect(await cleanLabs(false, folders)).toEqual(told);
    expect(readdirSync(folders.state)).toEqual(['live']);
    expect(readdirSync(folders.disks)).toEqual(['live']);
    expect(await cleanLabs(false, folders)).toEqual([]);
  });

  it('is nothing where nobody made a lab', async () => {
    expect(await cleanLabs(false, { state: join(space, 'none'), disks: join(space, 'none') })).toEqual([]);
  });
});

describe('the folders of labs', () => {
  it('are in memory and on disk, each user’s own', () => {
    expect(labFolders(undefined, {}, 0)).toEqual({ state: '/run/chaos-lab', disks: '/var/lib/chaos-lab' });
    expect(labFolders('/data', {}, 0).disks).toBe('/data/chaos-lab');
    expect(labFolders(undefined, { XDG_RUNTIME_DIR: space, HOME: space }, 1000)).toEqual({
      state: join(space, 'chaos-lab'),
      disks: join(space, '.local/state/chaos-lab'),
    });
    expect(labFolders(undefined, { HOME: '/nonexistent' }, 1000)).toEqual({
      state: '/tmp/chaos-lab-1000',
      disks: '/var/tmp/chaos-lab-1000',
    });
  });
});
