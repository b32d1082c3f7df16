// The hosts of a run: a lab that is made for it and removed after it.
import { setTimeout } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import { typed } from '../command-line.js';
import { CommandHost } from '../host/command-host.js';
import type { Host, HostSource } from '../host/host.js';
import { SshHost } from '../host/ssh-host.js';
import type { LabOptions } from './checks.js';
import { entering } from './enter.js';
import { keyFiles } from './keys.js';
import { Lab } from './lab.js';
import { LabHost } from './lab-host.js';
import type { HostRecord, LabRecord } from './state.js';

/** What connections get to be closed before the other side is gone. */
const LONGEST_FAREWELL = 50;

export interface LabSourceOptions {
  /** What the lab is called; the run's id. */
  id: string;
  options: LabOptions;
  /** The lab stays when the run has ended. */
  keep: boolean;
  /** The lab is removed when this process dies; else it stays then. */
  watch: boolean;
}

export class LabSource implements HostSource {
  readonly #given: LabSourceOptions;
  #lab: Lab | null = null;
  #hosts: ReadonlyMap<string, LabHost> = new Map();
  #closed = false;

  constructor(given: LabSourceOptions) {
    this.#given = given;
  }

  async open(nodes: readonly string[], say: (line: string) => void): Promise<ReadonlyMap<string, Host>> {
    if (this.#closed) throw new ChaosError('interrupted', 'the lab was removed before it was made');
    const { id, options, keep, watch } = this.#given;
    const lab = new Lab(id, nodes, options);
    this.#lab = lab;
    const began = performance.now();
    await lab.up();
    if (keep || !watch) lab.keep();
    const { record } = lab;
    const took = ((performance.now() - began) / 1000).toFixed(2);
    const without = record.contained ? ', in a user namespace, without sshd' : '';
    say(`lab ${record.id}: ${nodes.length} hosts at ${record.subnet}.1-${nodes.length} in ${took} s${without}`);
    this.#hosts = new Map(record.hosts.map((host) => [host.name, new LabHost(() => reach(record, host))]));
    return this.#hosts;
  }

  async powerOff(node: string): Promise<void> {
    const lab = this.#made();
    const closed = this.#hosts.get(node)?.off();
    await Promise.race([closed, setTimeout(LONGEST_FAREWELL)]);
    await Promise.all([lab.powerOff(node), closed]);
  }

  async powerOn(node: string): Promise<void> {
    await this.#made().powerOn(node);
    this.#hosts.get(node)?.on();
  }

  entrance(node: string): string {
    return typed(`lab shell ${node} --name ${this.#made().record.id}`);
  }

  async close(options: { keep?: boolean } = {}): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
    const lab = this.#lab;
    if (lab === null) return;
    if (options.keep ?? this.#given.keep) await lab.leave();
    else await lab.down();
  }

  #made(): Lab {
    if (this.#lab === null) throw new ChaosError('lab-off', 'the lab is not up', { kind: 'internal' });
    return this.#lab;
  }
}

/** Over ssh, as any host; in a user namespace, where there can be no sshd, through the host's namespaces. */
function reach(record: LabRecord, { name, address, init }: HostRecord): Host {
  if (record.contained) {
    const prefix = entering(init?.pid ?? 0);
    return new CommandHost({ name, address, title: `lab host at ${address}`, prefix, root: true });
  }
  const { key, knownHosts } = keyFiles(record.state);
  const connection = { host: address, user: 'root', key, agent: false, hostKeys: 'known' as const, knownHosts };
  return new SshHost({ name, address, connection });
}
