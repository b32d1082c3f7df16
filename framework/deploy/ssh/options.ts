// The options of `deploy: { use: ssh }`: which hosts, how to get in, and what may be done there.
import { type OptionSchema, type Options, option } from '../../contracts/options.js';
import type { Milliseconds } from '../../contracts/time.js';
import { DEAD_MAN, NODE_PORT } from '../remote/options.js';

/** A host of a plan or of a hosts file; what is left out is as the option of the same name says. */
export interface HostEntry {
  host: string;
  /** The node that lives there; hosts without a name take the nodes that are left, in order. */
  name?: string;
  /** Where other hosts reach it, when that is not where this machine does. */
  address?: string;
  user?: string;
  port?: number;
  key?: string;
  'passphrase-env'?: string;
  'password-env'?: string;
  jump?: string;
}

export interface SshOptions {
  hosts?: string | readonly (string | HostEntry)[];
  'hosts-file'?: string;
  user?: string;
  port: number;
  /** Absolute path. */
  key?: string;
  'passphrase-env'?: string;
  'password-env'?: string;
  agent: boolean;
  jump?: string;
  sudo: boolean;
  'host-keys': 'known' | 'accept-new' | 'accept';
  'known-hosts'?: string;
  folder?: string;
  'node-port': number;
  'dead-man': Milliseconds;
  'host-clock': boolean;
  tunnel: boolean;
}

const VARIABLE: OptionSchema = { pattern: '^[A-Za-z_][A-Za-z0-9_]*$', 'x-expected': 'the name of a variable' };
const PORT: OptionSchema = { minimum: 1, maximum: 65_535 };

/** What a host and the plan can both say. */
const ENTRY = {
  user: option.text('Who logs in; the user who runs `chaos` where it is left out.'),
  key: {
    ...option.path('File of the private key; what the SSH agent has, or `~/.ssh/id_*`, where it is left out.'),
    'x-secret': true as const,
  },
  'passphrase-env': option.text('Environment variable that holds the passphrase of the key.', undefined, VARIABLE),
  'password-env': option.text(
    'Environment variable that holds the password; a password itself has no place in a plan.',
    undefined,
    VARIABLE,
  ),
  jump: option.text('Host to go through, as `user@host:port`.'),
};

const HOST: OptionSchema = option.object('A host with settings of its own.', {
  host: option.text('Name or address by which this machine reaches it.'),
  name: option.text('The node that lives there; hosts without a name take the nodes that are left, in order.'),
  address: option.text('Where the other hosts reach it, when that is not what `host` means here.'),
  port: option.integer('Port of its SSH server.', undefined, PORT),
  ...ENTRY,
});

export const SSH_OPTIONS: Options = {
  hosts: {
    description:
      'The hosts: a list of `user@host:port` (user and port may be left out) or of objects, or one text with spaces or commas between them.',
    anyOf: [
      { type: 'string', pattern: '\\S' },
      { type: 'array', minItems: 1, items: { anyOf: [{ type: 'string' }, { ...HOST, required: ['host'] }] } },
    ],
  },
  'hosts-file': option.path('File with the hosts instead: YAML or JSON with such a list, or one host a line.'),
  port: option.integer('Port of the SSH servers.', 22, PORT),
  ...ENTRY,
  agent: option.flag(
    'Ask the SSH agent, too, where a key or a password is given; without either it is asked anyway.',
    false,
  ),
  sudo: option.flag(
    'Use `sudo`, which must ask for no password, for what needs root where the user is not root. false: do without.',
    true,
  ),
  'host-keys': option.choice(
    'Whose host key is trusted. known: only one in the known hosts; accept-new: a changed one is still refused; accept: any.',
    ['known', 'accept-new', 'accept'],
    'known',
  ),
  'known-hosts': option.path('File of known host keys; `~/.ssh/known_hosts` where it is left out.'),
  folder: option.text(
    'Folder on the hosts for everything that `chaos` puts there; `/var/tmp/chaos-<user>` by default.',
    undefined,
    {
      pattern: '^/[^/]',
      'x-expected': 'an absolute path such as /srv/chaos',
    },
  ),
  'node-port': NODE_PORT,
  'dead-man': DEAD_MAN,
  'host-clock': option.flag(
    "Let clock faults of programs move the host's own clock; everything on the host sees that. Reference nodes have clocks of their own, which faults move without it.",
    false,
  ),
  tunnel: option.flag('Reach nodes through SSH, where a firewall lets nothing else through.', false),
};
