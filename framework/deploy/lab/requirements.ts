// What a machine needs for a lab; everything that is missing is told at once, with the package that has it.
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ChaosError } from '../../contracts/error.js';
import { attempt, TOOL_PATH } from './exec.js';

interface Tool {
  name: string;
  /** Debian's package. */
  package: string;
}

const TOOLS: readonly Tool[] = [
  { name: 'ip', package: 'iproute2' },
  { name: 'unshare', package: 'util-linux' },
  { name: 'nsenter', package: 'util-linux' },
  { name: 'setpriv', package: 'util-linux' },
  { name: 'setsid', package: 'util-linux' },
  { name: 'pivot_root', package: 'util-linux' },
  { name: 'mount', package: 'mount' },
];

const SSHD: Tool = { name: 'sshd', package: 'openssh-server' };

/** The absolute path of a program; null when there is none. */
export function findProgram(name: string, path: string = TOOL_PATH): string | null {
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Perhaps in the next one.
    }
  }
  return null;
}

/** Throws ChaosError('lab-missing') that names every tool that is missing. Returns the path of sshd; empty: hosts have none. */
export async function requireTools(
  { sshd }: { sshd: boolean },
  find: (name: string) => string | null = findProgram,
  platform: string = process.platform,
): Promise<string> {
  if (platform !== 'linux') {
    throw new ChaosError('lab-missing', `a lab needs Linux, and this is ${platform}`, {
      hint: 'use deploy: local or deploy: sim, or hosts of your own with deploy: ssh',
    });
  }
  const missing = [...TOOLS, ...(sshd ? [SSHD] : [])].filter(({ name }) => find(name) === null);
  if (missing.length > 0) {
    const names = missing.map((tool) => `${tool.name} (package ${tool.package})`);
    const packages = [...new Set(missing.map((tool) => tool.package))];
    throw new ChaosError('lab-missing', `a lab needs tools that this machine does not have: ${names.join(', ')}`, {
      hint: `as root: apt-get install ${packages.join(' ')}`,
    });
  }
  if (!(await knowsOverlays())) {
    throw new ChaosError(
      'lab-missing',
      'a lab needs overlay file systems, and this kernel has none (CONFIG_OVERLAY_FS)',
      {
        hint: 'use deploy: local or deploy: sim, or hosts of your own with deploy: ssh',
      },
    );
  }
  return sshd ? find('sshd')! : '';
}

async function knowsOverlays(): Promise<boolean> {
  const listed = () => /\boverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));
  if (listed()) return true;
  // A module that nobody has used yet.
  await attempt(['modprobe', 'overlay']);
  return listed();
}
