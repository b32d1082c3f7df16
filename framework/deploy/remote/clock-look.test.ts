// The clock of a host is known well, whatever its `date` can tell.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandHost } from '../host/command-host.js';
import { both, lookAtClock } from './clock-look.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-clock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** This machine with another `date`. */
function hostWith(date: string): CommandHost {
  const path = join(folder, 'date');
  writeFileSync(path, `#!/bin/sh\n${date}\n`);
  chmodSync(path, 0o755);
  const prefix = ['env', `PATH=${folder}:${process.env['PATH']}`];
  return new CommandHost({ name: 'n1', address: '127.0.0.1', title: 'this machine', prefix });
}

const date = '/bin/date';

it.each([
  ['nanoseconds', `exec ${date} +%s%N`, 0],
  ['seconds only', `exec ${date} +%s%%N`, 0],
  ['seconds only, of a clock that is ahead', `exec ${date} -d '+7200 seconds' +%s%%N`, 7_200_000],
])('of one that tells %s', async (_, script, offset) => {
  const found = (await lookAtClock(hostWith(script)))!;
  // A busy machine may take long to answer; half a second is what a look alone would leave.
  expect(found.uncertainty).toBeLessThan(250);
  // This machine's own clock is read in whole milliseconds.
  expect(Math.abs(found.offset - offset)).toBeLessThanOrEqual(found.uncertainty + 2);
});

it('of none is not known', async () => {
  expect(await lookAtClock(hostWith('echo no clock >&2; exit 1'))).toBeNull();
  expect(await lookAtClock(hostWith('echo noon'))).toBeNull();
});

it('looks are taken together, unless the clock was moved between them', () => {
  const coarse = { offset: 300, uncertainty: 500 };
  expect(both(coarse, { offset: -650, uncertainty: 500 })).toEqual({ offset: -175, uncertainty: 25 });
  expect(both(coarse, { offset: 0, uncertainty: 3 })).toEqual({ offset: 0, uncertainty: 3 });
  expect(both(coarse, { offset: 9000, uncertainty: 500 })).toEqual({ offset: 9000, uncertainty: 500 });
});
