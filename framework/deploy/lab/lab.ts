// A lab: real hosts on one machine. Each has its own network, mounts, processes, name and disk; all hang on one process, the rack,
// whose end the kernel turns into the end of everything.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ChaosError, messageOf } from '../../contracts/error.js';
import { typed } from '../command-line.js';
import { access, impossible } from './access.js';
import { addressOf, controlAddress, freeSubnets, hostsFile, labName, linkOf } from './addresses.js';
import { checkLab, type LabOptions } from './checks.js';
import { attempt, must } from './exec.js';
import { greets } from './greeting.js';
import { portOf, spawnHost } from './host-process.js';
import { hostKeys, writeKeys } from './keys.js';
import { machineMounts, makeDisk, onDisk, splitTree, type Tree, wholeTree } from './layers.js';
import { machineNetworks } from './networks.js';
import { Rack, Report, reported } from './rack.js';
import { cleanLabs, removeLab } from './remove.js';
import { requireTools } from './requirements.js';
import { BRIDGE, UPLINK } from './scripts.js';
import {
  claimSubnet,
  createRecord,
  type HostRecord,
  type LabRecord,
  labFolders,
  markProcess,
  privateFolder,
  runs,
  writeRecord,
} from './state.js';

/** For sshd to answer on a machine that is busy. */
const LONGEST_SSHD = 15_000;

export class Lab {
  readonly #names: readonly string[];
  readonly #options: LabOptions;
  readonly #id: string;
  #record: LabRecord | null = null;
  #rack: Rack | null = null;
  #tree: Tree = { overlays: [], folders: [], links: [], files: [] };
  #sshd = '';
  #closed = false;
  /** What is being made; its removal waits for that. */
  #making: Promise<unknown> = Promise.resolve();

  /** Makes nothing yet. `id`: what the lab is called. */
  constructor(id: string, names: readonly string[], options: LabOptions = {}) {
    this.#id = labName(id);
    this.#names = names;
    this.#options = options;
  }

  /** What there is of it; throws ChaosError('lab-off') before it is up. */
  get record(): LabRecord {
    if (this.#record === null) throw new ChaosError('lab-off', 'the lab is not up', { kind: 'internal' });
    return this.#record;
  }

  /**
   * Makes all hosts; resolves when every one can be entered. Rejects with a ChaosError (`lab-impossible`, `lab-missing`, `lab-exists`,
   * `lab-start`, …) after it has removed what it had made. Call it once.
   */
  async up(): Promise<void> {
    const making = this.#make();
    this.#making = making.catch(() => {});
    try {
      await making;
    } catch (error) {
      await this.down().catch((left) => {
        throw new ChaosError('lab-left', `${messageOf(error)}; ${messageOf(left)}`, { cause: error });
      });
      throw error;
    }
  }

  /** Removes it. Safe at any time, and twice. */
  async down(): Promise<void> {
    this.#closed = true;
    await this.#making;
    const record = this.#record;
    this.#record = null;
    if (record === null) return;
    if (record.rack === null) this.#rack?.abort();
    await removeLab(record);
    await this.#rack?.ended();
  }

  /** Lets it stay; where it is still being made, once it is. */
  async leave(): Promise<void> {
    await this.#making;
    if (this.#record !== null && !this.#record.keep) this.keep();
  }

  /** From now on the lab outlives this process. */
  keep(): void {
    this.record.keep = true;
    writeRecord(this.record);
    this.#rack?.release();
  }

  /** Ends a host as a cut of its power would: everything in it at once; its disk stays. */
  async powerOff(name: string): Promise<void> {
    const host = this.#host(name);
    const { init } = host;
    host.init = null;
    writeRecord(this.record);
    if (runs(init)) process.kill(init.pid, 'SIGKILL');
    while (runs(init)) await setTimeout(2);
    await this.#unplug(name);
  }

  /** Starts a host again, over the same disk and with the same address; resolves when it can be entered. */
  async powerOn(name: string): Promise<void> {
    if (runs(this.#host(name).init)) return;
    await this.#unplug(name);
    await this.#start(name);
    writeRecord(this.record);
  }

  async #make(): Promise<void> {
    const found = await access();
    if (found.kind === 'impossible') throw impossible(found);
    if (found.kind === 'reexecute') {
      throw new ChaosError(
        'lab-impossible',
        'a lab cannot be made: this process is neither root nor in a user namespace',
        {
          hint: 'run as root, or let chaos run do nothing else but plans for labs: it then goes on in a user namespace',
        },
      );
    }
    const contained = found.kind === 'contained';
    this.#sshd = await requireTools({ sshd: !contained });
    checkLab(this.#names, this.#options);
    await this.#claim(contained);
    this.#check();
    const { record } = this;
    this.#tree = contained ? splitTree(machineMounts()) : wholeTree(machineMounts());
    this.#prepare(record);
    await this.#startRack(record);
    this.#check();
    const plugged = this.#plug(record);
    await this.#all([plugged, ...this.#names.map((name) => this.#start(name, plugged))]);
    writeRecord(record);
  }

  /** Takes a name and a subnet that nobody uses. */
  async #claim(contained: boolean): Promise<void> {
    const folders = labFolders(this.#options.folder);
    // What others left when they died; it is no matter of ours when that cannot be removed.
    await cleanLabs(false, folders).catch(() => {});
    const record: LabRecord = {
      format: 1,
      id: this.#id,
      made: new Date().toISOString(),
      maker: markProcess(process.pid)!,
      rack: null,
      keep: false,
      contained,
      subnet: '',
      link: '',
      state: join(folders.state, this.#id),
      disks: join(folders.disks, this.#id),
      claim: '',
      hosts: [],
    };
    createRecord(record);
    this.#record = record;
    const path = (subnet: string) => join(folders.state, `.${subnet}`);
    const free = freeSubnets(await machineNetworks()).find((each) => claimSubnet(path(each), this.#id));
    if (free === undefined) {
      throw new ChaosError('lab-subnet', 'every network from 10.55.0.0/24 to 10.55.255.0/24 is in use', {
        hint: `${typed('lab down --all')} removes labs, ${typed('clean')} what they left`,
      });
    }
    record.subnet = free;
    record.claim = path(free);
    record.hosts = this.#names.map((name, i) => ({ name, address: addressOf(free, i), init: null }));
    writeRecord(record);
  }

  #prepare(record: LabRecord): void {
    privateFolder(record.disks);
    const size = this.#options.disk ?? null;
    const hosts = hostsFile(record.hosts, controlAddress(record.subnet));
    for (const { name } of record.hosts) {
      const files = { '/etc/hosts': hosts, '/etc/hostname': `${name}\n` };
      makeDisk(this.#folder(name), this.#tree, files, { split: record.contained, data: size !== null });
    }
    for (const { name } of record.hosts) mkdirSync(hostKeys(record.state, name), { recursive: true, mode: 0o700 });
    if (!record.contained) writeKeys(record.state, record.id, record.hosts);
  }

  async #startRack(record: LabRecord): Promise<void> {
    this.#rack = new Rack(
      record,
      this.#names.map((name) => this.#folder(name)),
      this.#options.disk ?? null,
    );
    record.rack = await this.#rack.started();
    writeRecord(record);
  }

  /** The link between the machine's network, where this process is, and the rack's bridge. */
  async #plug(record: LabRecord): Promise<void> {
    const { rack, subnet } = record;
    const link = linkOf(this.#id);
    const what = 'the link to the lab cannot be made';
    const inside = ['nsenter', '--target', String(rack!.pid), '--net', '--'];
    const peer = ['peer', 'name', link, 'netns', String(process.pid)];
    await must([...inside, 'ip', 'link', 'add', UPLINK, 'type', 'veth', ...peer], `${what} (${link})`);
    record.link = link;
    await Promise.all([
      must([...inside, 'ip', 'link', 'set', UPLINK, 'master', BRIDGE, 'up'], what),
      must(['ip', '-batch', '-'], what, `addr add ${controlAddress(subnet)}/24 dev ${link}\nlink set ${link} up\n`),
    ]);
  }

  /** Starts a host's first process; resolves when it can be entered. `plugged`: so far nobody reaches it over the network. */
  async #start(name: string, plugged?: Promise<void>): Promise<void> {
    const { record } = this;
    const host = this.#host(name);
    const facts = { index: this.#names.indexOf(name), sshd: this.#sshd, overlays: this.#tree.overlays };
    const report = new Report(spawnHost(record, host, facts));
    try {
      const init = await reported(report, `host ${name}`);
      host.init = init;
      await report.line(`host ${name}`);
      await plugged;
      if (this.#sshd !== '') await this.#answers(host);
    } finally {
      report.close();
    }
  }

  /** Resolves when sshd greets. */
  async #answers({ name, address, init }: HostRecord): Promise<void> {
    const until = performance.now() + LONGEST_SSHD;
    while (performance.now() < until) {
      this.#check();
      if (await greets(address)) return;
      if (!runs(init)) throw new ChaosError('lab-start', `host ${name} has ended at once`);
      await setTimeout(10);
    }
    throw new ChaosError(
      'lab-start',
      `the sshd of host ${name} does not answer at ${address}${this.#lastWords(name)}`,
      {
        hint: 'see whether a firewall of this machine forbids the way to 10.55.0.0/16',
      },
    );
  }

  /** What sshd has to say for itself. */
  #lastWords(name: string): string {
    try {
      const log = readFileSync(onDisk(this.#folder(name), this.#tree, '/var/log/sshd.log'), 'utf8');
      const said = log.trim().split('\n').at(-1) ?? '';
      return said === '' ? '' : `; it says: ${said}`;
    } catch {
      return '';
    }
  }

  /** Removes a host's port on the bridge: the kernel does so too, but in its own time. */
  async #unplug(name: string): Promise<void> {
    const port = portOf(this.#names.indexOf(name));
    await attempt(['nsenter', '--target', String(this.record.rack!.pid), '--net', '--', 'ip', 'link', 'del', port]);
  }

  /** Waits for all, also when one has failed, so that nothing is left half-made; tells every failure. */
  async #all(works: readonly Promise<void>[]): Promise<void> {
    const failed = (await Promise.allSettled(works)).flatMap((each) =>
      each.status === 'rejected' ? [each.reason as unknown] : [],
    );
    if (failed.length === 0) return;
    this.#check();
    const messages = [...new Set(failed.map(messageOf))];
    if (messages.length === 1) throw failed[0];
    const hint = failed
      .map((each) => (each instanceof ChaosError ? each.hint : undefined))
      .find((each) => each !== undefined);
    throw new ChaosError('lab-start', messages.join('; '), {
      cause: failed[0],
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #check(): void {
    if (this.#closed) throw new ChaosError('interrupted', 'the lab was removed while it was made');
  }

  #folder(name: string): string {
    return join(this.record.disks, name);
  }

  #host(name: string): HostRecord {
    const host = this.record.hosts.find((each) => each.name === name);
    if (host !== undefined) return host;
    throw new ChaosError('lab-host', `the lab has no host '${name}'`, { hint: `there are: ${this.#names.join(', ')}` });
  }
}
