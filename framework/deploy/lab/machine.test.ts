import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explain, privileged } from './access.js';
import { TOOL_PATH } from './exec.js';
import { handOver } from './hand-over.js';
import { freshKey, sshdConfig } from './keys.js';
import { onDisk, parseMounts, splitTree, wholeTree } from './layers.js';
import { findProgram, requireTools } from './requirements.js';

const MOUNTINFO = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /proc rw - proc proc rw
24 22 0:22 / /run/netns rw shared:3 - ext4 /dev/vda rw
25 22 8:1 / /home rw shared:1 - xfs /dev/sda1 rw
26 22 8:2 / /srv/my\\040data rw - ext4 /dev/sdb rw
27 22 8:3 / /var/lib/docker/volumes rw - ext4 /dev/sdc rw
28 22 8:4 / /boot/efi rw - vfat /dev/sdd rw
29 22 0:30 / /opt rw - tmpfs tmpfs rw
30 22 8:1 / /home rw shared:1 - xfs /dev/sda1 rw
`;

describe('the files that hosts see', () => {
  it('are those of the machine’s disks, and of no container, stick or kernel', () => {
    const mounts = parseMounts(MOUNTINFO);
    expect(mounts.map(({ point }) => point)).toContain('/srv/my data');
    expect(wholeTree(mounts, () => true).overlays).toEqual(['/', '/home']);
    expect(wholeTree(mounts, () => false).overlays).toEqual(['/']);
  });

  it('are split at mounts for whoever may not look under them', () => {
    const tree = splitTree([
      { point: '/', type: 'ext4' },
      { point: '/proc', type: 'proc' },
      { point: '/usr/share', type: 'tmpfs' },
    ]);
    expect(tree.overlays).toContain('/etc');
    expect(tree.overlays).toContain('/usr/bin');
    expect(tree.overlays).not.toContain('/usr');
    for (const empty of ['/proc', '/dev', '/usr/share']) {
      expect(tree.folders).toContain(empty);
      expect(tree.overlays).not.toContain(empty);
    }
  });

  it('have a place on the disk of the host: in the innermost layer that covers them', () => {
    const none = { folders: [], links: [], files: [] };
    const whole = { ...none, overlays: ['/', '/home'] };
    expect(onDisk('/d', whole, '/etc/hosts')).toBe('/d/layers/0/upper/etc/hosts');
    expect(onDisk('/d', whole, '/home/x')).toBe('/d/layers/1/upper/x');
    expect(onDisk('/d', whole, '/homes')).toBe('/d/layers/0/upper/homes');
    expect(onDisk('/d', { ...none, overlays: ['/usr/bin'] }, '/etc/hosts')).toBe('/d/root/etc/hosts');
  });
});

describe('who may make a lab', () => {
  const all = (1n << 41n) - 1n;

  it('is root, in a user namespace without sshd; and nobody whose rights were taken', () => {
    expect(privileged({ user: 0, capabilities: all, users: 4_294_967_295 })).toEqual({ kind: 'root' });
    expect(privileged({ user: 0, capabilities: all, users: 65_536 })).toEqual({ kind: 'root' });
    expect(privileged({ user: 0, capabilities: all, users: 1 })).toEqual({ kind: 'contained' });
    expect(privileged({ user: 0, capabilities: all & ~(1n << 21n), users: 65_536 })).toBeNull();
    expect(privileged({ user: 1000, capabilities: 0n, users: 65_536 })).toBeNull();
  });

  it.each([
    [
      { 'kernel.unprivileged_userns_clone': '0', 'user.max_user_namespaces': '100' },
      'kernel.unprivileged_userns_clone=0',
    ],
    [
      { 'kernel.apparmor_restrict_unprivileged_userns': '1', 'user.max_user_namespaces': '100' },
      'kernel.apparmor_restrict_unprivileged_userns=1',
    ],
    [{ 'user.max_user_namespaces': '0' }, 'user.max_user_namespaces=0'],
    [{}, 'CONFIG_USER_NS'],
    [{ 'user.max_user_namespaces': '100' }, 'unshare: no'],
  ] as [Record<string, string>, string][])('with the settings %j is told what is missing', (settings, says) => {
    const { reason, hint } = explain('unshare: no', (name) => settings[name] ?? null);
    expect(reason).toContain(says);
    expect(hint).toContain('deploy: local');
    expect(hint).toContain('as root');
  });
});

describe('what a machine needs', () => {
  it('is told all at once, with Debian’s packages', async () => {
    const asked = requireTools({ sshd: true }, () => null, 'linux');
    await expect(asked).rejects.toMatchObject({
      code: 'lab-missing',
      message: expect.stringMatching(/ip \(package iproute2\).*sshd \(package openssh-server\)/),
      hint: 'as root: apt-get install iproute2 util-linux mount openssh-server',
    });
    const found = (name: string) => (name === 'sshd' ? null : `/bin/${name}`);
    await expect(requireTools({ sshd: true }, found, 'linux')).rejects.toMatchObject({
      hint: 'as root: apt-get install openssh-server',
    });
  });

  it('is Linux', async () => {
    await expect(requireTools({ sshd: true }, () => '/bin/x', 'darwin')).rejects.toMatchObject({
      message: 'a lab needs Linux, and this is darwin',
    });
  });

  it('is looked for where programs are', () => {
    expect(findProgram('sh')).toMatch(/\/sh$/);
    expect(findProgram('no-such-program')).toBeNull();
    expect(findProgram('sh', join('/', 'nowhere'))).toBeNull();
  });
});

describe('the sshd of a host', () => {
  it('gets a key that is complete, also when its first byte is 0', () => {
    const lengths = Array.from(
      { length: 1000 },
      () => Buffer.from(freshKey('x').public.split(' ')[1]!, 'base64').length,
    );
    expect(new Set(lengths)).toEqual(new Set([51]));
  });

  it('listens at one address and takes nothing but keys', () => {
    const text = sshdConfig('10.55.0.3');
    expect(text).toContain('ListenAddress 10.55.0.3\n');
    expect(text).toContain('PasswordAuthentication no\n');
    expect(text).not.toMatch(/^(ListenAddress) 0\.0/m);
  });
});

describe('a tool that is not there after all', () => {
  it('is named, with what to do', async () => {
    await expect(handOver(spawn('/nowhere/unshare', []))).rejects.toMatchObject({
      code: 'lab-missing',
      message: 'a lab needs /nowhere/unshare, which cannot be started (ENOENT)',
      hint: expect.stringContaining('util-linux'),
    });
  });

  it('is looked for beside the folders of PATH, never in the working folder', () => {
    const folders = TOOL_PATH.split(':');
    expect(folders).toContain('/usr/sbin');
    expect(folders).not.toContain('');
  });
});
