// Which refusals of engines are known, and what is done about them.
import { expect, it } from 'vitest';
import { inForce, ownLimits, QUIRKS, quirkIn } from './engine-quirks.js';

const RLIMIT =
  'Error: runc: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: OCI permission denied';

it('tries smaller limits when smaller ones did not help', () => {
  const first = quirkIn('podman', RLIMIT, [])!;
  expect(first.name).toBe('limits');
  const second = quirkIn('podman', RLIMIT, [first])!;
  expect(second.name).toBe('low-limits');
  expect(inForce([first, second])).toEqual([second]);
  expect(quirkIn('podman', RLIMIT, [first, second])).toBeNull();
  expect(quirkIn('docker', RLIMIT, [])).toBeNull();
});

it.each([
  ['Error: OCI runtime error: crun: unknown version specified', 'runtime'],
  ['Error: default OCI runtime "crun" not found: invalid argument', 'runtime'],
  ['Error: systemd cgroup flag passed, but systemd support for managing cgroups is not available', 'cgroups'],
])('knows %j', (text, name) => {
  expect(quirkIn('podman', text, [])?.name).toBe(name);
});

it.each(['Error: localhost/x:1: image not known', 'no space left on device', ''])('does not know %j', (text) => {
  expect(quirkIn('podman', text, [])).toBeNull();
});

it('says what it did in a sentence, but for what changes nothing for anybody', () => {
  expect(QUIRKS.filter(({ note }) => note === undefined).map(({ name }) => name)).toEqual(['limits']);
  for (const { note } of QUIRKS) if (note !== undefined) expect(note).toMatch(/^[a-z].{30,}[a-z]$/);
});

it('takes the limits of this process, as far as podman can give them', () => {
  const table = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max cpu time              unlimited            unlimited            seconds   ',
    'Max processes             96365                96365                processes ',
    'Max open files            1024                 20000                files     ',
  ];
  expect(ownLimits(table.join('\n'))).toEqual(['--ulimit', 'nproc=32768:32768', '--ulimit', 'nofile=20000:20000']);
  expect(ownLimits('Max open files            1024                 unlimited            files     ')).toEqual([
    '--ulimit',
    'nofile=1048576:1048576',
  ]);
  expect(ownLimits('')).toEqual([]);
});
