import { describe, expect, it } from 'vitest';
import { mountOf, ownMount, parseMounts } from './folders-mount.js';

const MOUNTS = parseMounts(
  [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '23 22 0:21 / /data rw,nosuid,relatime shared:2 - tmpfs tmpfs rw,size=1024k',
    '24 23 7:0 / /data/disk\\040one ro,relatime - ext4 /dev/loop0 ro',
    '25 22 8:1 /srv/volume /volume rw - ext4 /dev/sda1 rw',
  ].join('\n'),
);

describe('mounts', () => {
  it('are found for folders below them', () => {
    expect(mountOf(MOUNTS, '/data/n1/wal')).toMatchObject({ point: '/data', type: 'tmpfs' });
    expect(mountOf(MOUNTS, '/data/disk one/x')).toMatchObject({ point: '/data/disk one', options: ['ro', 'relatime'] });
    expect(mountOf(MOUNTS, '/database')).toMatchObject({ point: '/' });
    expect(mountOf(MOUNTS, '/volume')).toMatchObject({ root: '/srv/volume' });
  });

  it('are not looked for where there is no folder', () => {
    expect(() => ownMount('/no/such/folder')).toThrow(/does not exist/);
  });
});
