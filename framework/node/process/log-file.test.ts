import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../time/random.js';
import { CorruptLogError } from '../corrupt-log.js';
import { crash, cutLog, flipBit, tear, uncutLog, unflipBit } from './damage.js';
import { FILE_HEADER, scanFrames } from './frame.js';
import { FileLog } from './log-file.js';
import { logPath, markPath, wholePath } from './log-folder.js';

const root = mkdtempSync(join(tmpdir(), 'chaos-log-'));
let folders = 0;
const folder = () => join(root, `${folders++}`);
afterAll(() => rmSync(root, { recursive: true, force: true }));

function written(...records: unknown[]): string {
  const at = folder();
  const log = new FileLog(at);
  for (const record of records) log.append('', record);
  log.flush();
  log.sync();
  log.close();
  return at;
}

function recover(at: string, scope = '') {
  const log = new FileLog(at);
  const recovered = log.recover(scope);
  log.close();
  return { ...recovered, torn: log.torn };
}

/** The file without the space kept behind the records. */
function content(at: string): Buffer {
  const file = readFileSync(logPath(at));
  return file.subarray(
    0,
    scanFrames(file, FILE_HEADER, () => {}),
  );
}

type Step =
  | { do: 'append'; scope: string; record: unknown }
  | { do: 'replace'; scope: string; snapshot: unknown; tail: unknown[] }
  | { do: 'sync' };

const scope = fc.constantFrom('', 'a', 'größe');
const record = fc.oneof(fc.nat(), fc.string({ unit: 'binary', maxLength: 40 }), fc.constant(null));
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), scope, record }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('replace' as const),
        scope,
        snapshot: record,
        tail: fc.array(record, { maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ do: 'sync' as const }) },
  ),
  { maxLength: 40 },
);

type Image = Record<string, { snapshot: unknown; records: unknown[] }>;

function applied(history: readonly Step[]): Image {
  const image: Image = { '': fresh(), a: fresh(), größe: fresh() };
  for (const step of history) {
    if (step.do === 'append') image[step.scope]!.records.push(step.record);
    if (step.do === 'replace') image[step.scope] = { snapshot: step.snapshot, records: [...step.tail] };
  }
  return image;
}

function fresh() {
  return { snapshot: null as unknown, records: [] as unknown[] };
}

function perform(log: FileLog, step: Step): void {
  if (step.do === 'append') log.append(step.scope, step.record);
  else if (step.do === 'replace') log.replace(step.scope, step.snapshot, step.tail);
  else {
    log.flush();
    log.sync();
    log.tidy();
  }
}

function imageOf(at: string): Image {
  const log = new FileLog(at);
  const image = Object.fromEntries(['', 'a', 'größe'].map((name) => [name, log.recover(name)]));
  log.close();
  return image as Image;
}

describe('durable log', () => {
  it('gives back snapshots and records by scope, also before they are synced, also when compacted', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(1 << 20, 64), (history, garbage) => {
        const at = folder();
        const log = new FileLog(at, garbage);
        for (const step of history) perform(log, step);
        const expected = applied(history);
        for (const name of Object.keys(expected)) expect(log.recover(name)).toEqual(expected[name]);
        perform(log, { do: 'sync' });
        log.close();
        expect(imageOf(at)).toEqual(expected);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('after a crash holds a prefix of the writes that has everything synced', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.constantFrom(1 << 20, 64), (history, seed, garbage) => {
        const at = folder();
        const log = new FileLog(at, garbage);
        for (const step of history) perform(log, step);
        // As a slow sync: handed to the operating system, not yet durable.
        log.flush();
        log.close();
        crash(at, createRandom(seed, 'crash'), 'prefix');
        const durable = history.findLastIndex((step) => step.do === 'sync') + 1;
        const possible = history.slice(durable).map((_, i) => applied(history.slice(0, durable + i + 1)));
        expect([applied(history.slice(0, durable)), ...possible]).toContainEqual(imageOf(at));
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it('keeps nothing unsynced when asked to lose it all', () => {
    const at = folder();
    const log = new FileLog(at);
    log.append('', 'durable');
    log.flush();
    log.sync();
    log.append('', 'gone');
    log.flush();
    log.close();
    expect(crash(at, createRandom(1, 'crash'), 'none')).toBeGreaterThan(0);
    expect(recover(at).records).toEqual(['durable']);
  });

  it('what survived one crash survives the next', () => {
    const at = written('a');
    const log = new FileLog(at);
    log.append('', 'b');
    log.flush();
    log.close();
    // No cut: the record survived by luck. The next incarnation acts on it.
    expect(recover(at).records).toEqual(['a', 'b']);
    expect(crash(at, createRandom(1, 'crash'), 'none')).toBe(0);
    expect(recover(at).records).toEqual(['a', 'b']);
  });

  it('cut at any byte of what is not durable: a torn tail, dropped', () => {
    const at = folder();
    const log = new FileLog(at);
    log.append('', 'one');
    log.flush();
    log.sync();
    const durable = content(at).length;
    log.append('', 'two');
    log.append('', 'three');
    log.flush();
    log.close();
    const file = content(at);
    const mark = readFileSync(`${at}/log.synced`);
    for (let cut = durable; cut <= file.length; cut++) {
      writeFileSync(logPath(at), file.subarray(0, cut));
      writeFileSync(`${at}/log.synced`, mark);
      const { records, torn } = recover(at);
      expect(records).toEqual(['one', 'two', 'three'].slice(0, records.length));
      expect(statSync(logPath(at)).size).toBe(cut - torn);
      expect(records.length === 3).toBe(cut === file.length);
    }
  });

  it('a write that a kill cut into pieces is torn: what was durable before it is whole', () => {
    const at = written('one');
    const log = new FileLog(at);
    log.append('', 'x'.repeat(10_000));
    log.append('', 'three');
    log.flush();
    log.close();
    const file = readFileSync(logPath(at));
    // The first page of the write is there, the rest is not.
    file.fill(0, 4096);
    writeFileSync(logPath(at), file);
    crash(at, createRandom(1, 'crash'), 'prefix');
    const { records, torn } = recover(at);
    expect(records).toEqual(['one']);
    expect(torn).toBeGreaterThan(0);
    expect(recover(at)).toMatchObject({ records: ['one'], torn: 0 });
  });

  it('cut in what was durable: corrupt, not torn', () => {
    const at = written('one', 'two');
    truncateSync(logPath(at), content(at).length - 1);
    expect(() => new FileLog(at)).toThrow(CorruptLogError);
  });

  it('one flipped bit anywhere is corrupt, in every byte of the file', () => {
    const at = written('one', { two: 2 }, [3]);
    const whole = readFileSync(logPath(at));
    const file = content(at);
    for (let byte = 0; byte < file.length; byte++) {
      const damaged = Buffer.from(whole);
      damaged[byte]! ^= 1 << (byte % 8);
      writeFileSync(logPath(at), damaged);
      expect(() => new FileLog(at), `byte ${byte}`).toThrow(CorruptLogError);
    }
    writeFileSync(logPath(at), whole);
    expect(recover(at).records).toEqual(['one', { two: 2 }, [3]]);
  });

  it('the parent flips bits one by one and back, never the same twice', () => {
    const at = written('one', 'two', 'three');
    const first = flipBit(at, 0.5, new Set())!;
    const second = flipBit(at, 0.5, new Set([first]))!;
    expect(second).not.toBe(first);
    unflipBit(at, first);
    expect(() => new FileLog(at)).toThrow(CorruptLogError);
    unflipBit(at, second);
    expect(recover(at).records).toEqual(['one', 'two', 'three']);
    expect(flipBit(folder(), 0.5, new Set())).toBeNull();
    expect(flipBit(written(), 0.5, new Set())).toBeNull();
  });

  it('the end is cut off, and each cut is put back without the others', () => {
    const at = written('one', 'two', 'three');
    const whole = readFileSync(logPath(at));
    const cuts = [0.9, 0.2, 1].map((position) => cutLog(at, position)!);
    expect(Math.min(...cuts)).toBe(statSync(logPath(at)).size);
    const bit = flipBit(at, 0.95, new Set())!;
    for (const left of [[cuts[1]!, cuts[2]!], [cuts[2]!], []]) {
      expect(() => new FileLog(at)).toThrow(CorruptLogError);
      uncutLog(at, left);
      if (left.length > 0) expect(statSync(logPath(at)).size).toBe(Math.min(...left));
    }
    // What is flipped in the part that was cut off comes back flipped.
    expect(() => new FileLog(at)).toThrow(CorruptLogError);
    unflipBit(at, bit);
    expect(readFileSync(logPath(at)).equals(whole)).toBe(true);
    expect(existsSync(wholePath(at))).toBe(false);
    uncutLog(at, []);
    expect(recover(at).records).toEqual(['one', 'two', 'three']);
    expect(cutLog(folder(), 0.5)).toBeNull();
    expect(cutLog(written(), 0.5)).toBeNull();
  });

  it('a cut is found wherever it is, also where a kill has left no mark', () => {
    for (const position of [0, 0.3, 0.5, 0.999, 1]) {
      const at = written('one', 'two', 'three');
      rmSync(markPath(at));
      expect(cutLog(at, position)).not.toBeNull();
      expect(() => new FileLog(at), `${position}`).toThrow(/durable/);
      uncutLog(at, []);
      expect(recover(at).records).toEqual(['one', 'two', 'three']);
    }
  });

  it('a torn tail is made where nothing was unsynced, and costs nothing durable', () => {
    for (let seed = 0; seed < 50; seed++) {
      const at = written('one');
      tear(at, createRandom(seed, 'tear'));
      const { records, torn } = recover(at);
      expect(records).toEqual(['one']);
      expect(torn).toBeGreaterThan(0);
    }
  });

  it('stays small when most of it is superseded', () => {
    const at = folder();
    const log = new FileLog(at, 10_000);
    for (let i = 0; i < 200; i++) {
      log.replace('', { i, text: 'x'.repeat(1000) }, [i]);
      log.append('other', i);
      log.flush();
      log.sync();
      log.tidy();
      expect(content(at).length).toBeLessThan(60_000);
    }
    log.close();
    expect(recover(at)).toMatchObject({ snapshot: { i: 199 }, records: [199] });
    expect(recover(at, 'other').records).toHaveLength(200);
  });

  it('a busy log moves to and fro between two files, and every one of its states can be recovered', async () => {
    const at = folder();
    const log = new FileLog(at, 10_000);
    const [path, spare] = [logPath(at), `${logPath(at)}.spare`];
    let moves = 0;
    let i = 0;
    for (; moves < 3; i++) {
      const { ino } = statSync(path);
      log.replace('', { i, text: 'x'.repeat(1000) }, [i]);
      log.append('other', i);
      log.flush();
      log.sync();
      log.tidy();
      if (statSync(path).ino !== ino) {
        if (existsSync(spare) && statSync(spare).ino === ino) moves++;
        // As the next incarnation would find it, had this one been killed now.
        const copy = folder();
        mkdirSync(copy);
        for (const name of ['log', 'log.synced']) writeFileSync(join(copy, name), readFileSync(join(at, name)));
        expect(recover(copy)).toMatchObject({ snapshot: { i }, records: [i], torn: 0 });
        expect(recover(copy, 'other').records).toHaveLength(i + 1);
      }
      await setImmediate();
    }
    log.close();
    expect(recover(at).records).toEqual([i - 1]);
  });

  it('what a kill in the middle of a move leaves behind is cleared away', () => {
    const at = written('one', 'two');
    for (const name of ['log.old', 'log.spare', 'log.new']) writeFileSync(join(at, name), readFileSync(logPath(at)));
    expect(recover(at).records).toEqual(['one', 'two']);
    expect(['log.old', 'log.spare', 'log.new'].filter((name) => existsSync(join(at, name)))).toEqual([]);
  });
});
