// chaos lab: real hosts on this machine, made in a moment and gone without a trace.

import { resolve } from 'node:path';
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { typed, typedAsRoot } from '../deploy/command-line.js';
import type { LabRecord } from '../deploy/lab/state.js';
import { realUser } from '../deploy/real-user.js';
import { type Command, type OptionBag, textOption } from './command.js';
import { type Io, paint } from './io.js';

type Verb = (args: readonly string[], options: OptionBag, io: Io) => Promise<number>;

const DEFAULT_NAME = 'lab';

export const lab: Command = {
  usage: 'lab <verb> [args...]',
  summary: 'make hosts on this machine, each with its own network, processes, disk and sshd: up, down, status, shell',
  options: [
    { flags: '--name <name>', description: `which lab (default: ${DEFAULT_NAME}, or the only one there is)` },
    {
      flags: '--disk <size>',
      description: 'up: a file system of its own for /var/lib/chaos, such as 256MB, in memory',
    },
    {
      flags: '--folder <path>',
      description: 'up: where the disks of the hosts are (default: the state folder of the user)',
    },
    { flags: '--all', description: 'down: every lab' },
    { flags: '--json', description: 'status: as JSON' },
  ],
  ending: 'removing what is being made',
  help: `Examples:
  ${typedAsRoot('lab up 5')}
  ${typedAsRoot('lab status')}
  ${typedAsRoot('lab shell n1')}
  ${typedAsRoot('lab shell n1 -- ip addr')}
  ${typedAsRoot('lab down')}

Needs Linux and root. Without root the hosts live in a user namespace, where the kernel allows that, and have no sshd; labs of root
are then another user's. A plan makes hosts for itself with deploy: lab.`,
  action: async (args, options, io) => {
    const [verb, given] = args as [string, string[] | undefined];
    const action = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (action !== undefined) return action(given ?? [], options, io);
    throw new ChaosError('unknown-verb', `chaos lab cannot '${verb}'`, {
      kind: 'usage',
      hint: `there are: ${Object.keys(VERBS).join(', ')}`,
    });
  },
};

const VERBS: Record<string, Verb> = {
  up: async (args, options, io) => {
    const count = countOf(args[0]);
    const disk = await sizeOf(textOption(options, 'disk'));
    const chosen = textOption(options, 'folder');
    const folder = chosen === undefined ? undefined : resolve(io.cwd, chosen);
    const { runAgainInside } = await import('../deploy/lab/rootless.js');
    const code = await runAgainInside();
    if (code !== null) return code;
    const { Lab } = await import('../deploy/lab/lab.js');
    const names = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    const made = new Lab(textOption(options, 'name') ?? DEFAULT_NAME, names, { disk, folder });
    io.signal.addEventListener('abort', () => void made.down().catch(() => {}), { once: true });
    await made.up();
    made.keep();
    await printLab(made.record, io);
    return EXIT.ok;
  },
  down: async (_args, options, io) => {
    const [{ labFolders, listRecords }, { removeLab }] = await Promise.all([
      import('../deploy/lab/state.js'),
      import('../deploy/lab/remove.js'),
    ]);
    const all = options['all'] === true;
    const chosen = all ? listRecords(labFolders().state) : [await choose(textOption(options, 'name'))];
    await Promise.all(chosen.map(removeLab));
    for (const { id, hosts } of chosen) io.out(`removed lab ${id} with ${hosts.length} hosts\n`);
    if (chosen.length === 0) io.out('there is no lab\n');
    return EXIT.ok;
  },
  status: async (_args, options, io) => {
    const [{ labFolders, listRecords, runs }, { table }] = await Promise.all([
      import('../deploy/lab/state.js'),
      import('./table.js'),
    ]);
    const name = textOption(options, 'name');
    const records = name === undefined ? listRecords(labFolders().state) : [await choose(name)];
    const rows = records.flatMap((record) =>
      record.hosts.map((host) => ({
        lab: record.id,
        host: host.name,
        address: host.address,
        state: runs(host.init) ? 'on' : 'off',
        enter: entrance(record, host.name),
      })),
    );
    if (options['json'] === true) io.out(`${JSON.stringify(rows, null, 2)}\n`);
    else if (rows.length === 0) io.out(`there is no lab; ${await howToHaveOne()}\n`);
    else {
      const head = ['lab', 'host', 'address', 'state', 'enter'] as const;
      const cells = rows.map((row) => head.map((column) => row[column]));
      io.out(`${table(head, cells)}\n`);
    }
    return EXIT.ok;
  },
  shell: async ([name, ...command], options) => {
    if (name === undefined) {
      throw new ChaosError('no-host', 'which host?', { kind: 'usage', hint: `such as: ${typed('lab shell n1')}` });
    }
    const { enterHost } = await import('../deploy/lab/shell.js');
    return enterHost(await choose(textOption(options, 'name')), name, command);
  },
};

function countOf(text: string | undefined): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  const message = text === undefined ? 'how many hosts?' : `'${text}' is no number of hosts`;
  throw new ChaosError('lab-size', message, { kind: 'usage', hint: `such as: ${typed('lab up 5')}` });
}

async function sizeOf(text: string | undefined): Promise<number | null> {
  if (text === undefined) return null;
  const { parseSize } = await import('../plan/units.js');
  const size = parseSize(text);
  if (size !== undefined) return size;
  throw new ChaosError('lab-disk', `'${text}' is no size of a disk`, { kind: 'usage', hint: 'such as: --disk 256MB' });
}

/** The lab of that name; without a name, the one that `up` makes without a name, or the only one there is. */
async function choose(name: string | undefined): Promise<LabRecord> {
  const { labFolders, listRecords } = await import('../deploy/lab/state.js');
  const all = listRecords(labFolders().state);
  // The lab of a run that goes on belongs to the run, unless somebody names it.
  const records = name === undefined ? all.filter(({ keep }) => keep) : all;
  const names = records.map(({ id }) => id);
  const only = name === undefined && records.length === 1 ? records[0] : undefined;
  const found = records.find(({ id }) => id === (name ?? DEFAULT_NAME)) ?? only;
  if (found !== undefined) return found;
  if (records.length === 0) {
    throw new ChaosError('no-lab', 'there is no lab', { kind: 'usage', hint: await howToHaveOne() });
  }
  const message = name === undefined ? `there are ${records.length} labs` : `there is no lab called '${name}'`;
  throw new ChaosError('no-lab', message, { kind: 'usage', hint: `choose one with --name: ${names.join(', ')}` });
}

/** What to type; a plain user may have made one as root, which nobody but root sees. */
async function howToHaveOne(): Promise<string> {
  const [{ existsSync }, { ROOT_STATE }] = await Promise.all([import('node:fs'), import('../deploy/lab/state.js')]);
  const hidden = realUser() !== 0 && existsSync(ROOT_STATE);
  const others = hidden ? `; root has one: ${typedAsRoot('lab status')}` : '';
  return `make one with: ${typed('lab up 5')}${others}`;
}

function entrance(record: LabRecord, host: string): string {
  return typed(`lab shell ${host}${record.id === DEFAULT_NAME ? '' : ` --name ${record.id}`}`);
}

async function printLab(record: LabRecord, io: Io): Promise<void> {
  const [{ table }, { keyFiles }] = await Promise.all([import('./table.js'), import('../deploy/lab/keys.js')]);
  const rows = record.hosts.map(({ name, address }) => [name, address, entrance(record, name)]);
  io.out(`${table(['host', 'address', 'enter'], rows)}\n\n`);
  if (record.contained) {
    io.out('These hosts have no sshd, since they live in a user namespace; a plan makes its own with deploy: lab.\n');
    return;
  }
  const { key, knownHosts } = keyFiles(record.state);
  io.out(`${paint(io, 'bold', 'For a plan:')}
deploy:
  use: ssh
  hosts: [${record.hosts.map(({ address }) => address).join(', ')}]
  user: root
  key: ${key}
  known-hosts: ${knownHosts}
`);
}
