// How a tool is installed, by the kind of system that a host says it is.

type Family = 'debian' | 'rhel' | 'alpine' | 'suse' | 'arch';

const INSTALL: Readonly<Record<Family, string>> = {
  debian: 'apt-get install',
  rhel: 'dnf install',
  alpine: 'apk add',
  suse: 'zypper install',
  arch: 'pacman -S',
};

/** Words of /etc/os-release, `ID` and `ID_LIKE`. */
const FAMILIES: Readonly<Record<string, Family>> = {
  debian: 'debian',
  ubuntu: 'debian',
  rhel: 'rhel',
  fedora: 'rhel',
  centos: 'rhel',
  amzn: 'rhel',
  alpine: 'alpine',
  suse: 'suse',
  opensuse: 'suse',
  arch: 'arch',
};

const PACKAGES = {
  iptables: { debian: 'iptables', rhel: 'iptables-nft', alpine: 'iptables', suse: 'iptables', arch: 'iptables-nft' },
  nft: { debian: 'nftables', rhel: 'nftables', alpine: 'nftables', suse: 'nftables', arch: 'nftables' },
  tc: { debian: 'iproute2', rhel: 'iproute-tc', alpine: 'iproute2-tc', suse: 'iproute2', arch: 'iproute2' },
  netem: { rhel: 'kernel-modules-extra' },
  libfaketime: {
    debian: 'libfaketime',
    rhel: 'libfaketime',
    alpine: 'libfaketime',
    suse: 'libfaketime',
    arch: 'libfaketime',
  },
  strace: { debian: 'strace', rhel: 'strace', alpine: 'strace', suse: 'strace', arch: 'strace' },
  sudo: { debian: 'sudo', rhel: 'sudo', alpine: 'sudo', suse: 'sudo', arch: 'sudo' },
  node: { debian: 'nodejs', rhel: 'nodejs', alpine: 'nodejs', suse: 'nodejs', arch: 'nodejs' },
} as const satisfies Record<string, Partial<Record<Family, string>>>;

export type Tool = keyof typeof PACKAGES;

export function isTool(name: string): name is Tool {
  return Object.hasOwn(PACKAGES, name);
}

/** `apt-get install iptables` on a Debian; both common ways where the system is unknown; null where no package is known. */
export function installText(tool: Tool, os: readonly string[]): string | null {
  const packages: Partial<Record<Family, string>> = PACKAGES[tool];
  const family = os.map((word) => FAMILIES[word]).find((known) => known !== undefined);
  const families: Family[] = family === undefined ? ['debian', 'rhel'] : [family];
  const ways = families.flatMap((each) => (packages[each] === undefined ? [] : [`${INSTALL[each]} ${packages[each]}`]));
  return ways.length === 0 ? null : ways.join(' or ');
}
