// One node of primary-backup: which role it has in which epoch, and what of the log is committed and applied.
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { ConfirmedReads, type ReadHost } from '../shared/confirmed-reads.js';
import { EntryLog, type Snapshot } from '../shared/entry-log.js';
import { OwnProposals } from '../shared/own-proposals.js';
import type { Machine, ReplicatedLog } from '../shared/replicated-log.js';
import { Backup } from './backup.js';
import { type Election, electionOf } from './election.js';
import { Members } from './members.js';
import * as shape from './messages.js';
import type { PrimaryBackupOptions } from './options.js';
import { Primary } from './primary.js';
import { Snapshots } from './snapshots.js';

/** `trial`: asks whether it would be voted for; `candidate`: stands for election. */
export type Role = 'backup' | 'trial' | 'candidate' | 'primary';

/**
 * With the default options safety rests on three things: a majority for every decision (`Members`), a log and a vote on disk
 * before any message that follows from them leaves (the runtime sees to it), and fencing by epoch. Other options give up one
 * or another of these, and what was committed may be taken back.
 */
export class PrimaryBackup implements ReplicatedLog, ReadHost {
  readonly env: Environment;
  readonly options: PrimaryBackupOptions;
  readonly machine: Machine;
  readonly members: Members;
  /** What the log calls a term is an epoch here. */
  readonly log: EntryLog;
  readonly election: Election;
  readonly primary: Primary;
  readonly backup: Backup;
  readonly reads: ConfirmedReads;
  readonly snapshots: Snapshots;
  role: Role = 'backup';
  /** The primary, as far as known. */
  leader: string | null = null;
  commit = 0;
  applied = 0;
  readonly #proposals: OwnProposals;
  #reported = '';

  constructor(env: Environment, options: PrimaryBackupOptions, machine: Machine) {
    this.env = env;
    this.options = options;
    this.machine = machine;
    this.#proposals = new OwnProposals(machine);
    this.members = new Members(env.nodes, env.id, options);
    this.log = new EntryLog(env.log);
    this.election = electionOf(this);
    this.primary = new Primary(this);
    this.backup = new Backup(this);
    this.reads = new ConfirmedReads(this, this.primary, options['election-timeout']);
    this.snapshots = new Snapshots(this);
  }

  get epoch(): number {
    return this.log.term;
  }

  get reign(): number {
    return this.log.term;
  }

  get leads(): boolean {
    return this.role === 'primary';
  }

  start(): void {
    this.log.recover();
    this.#load(this.log.snapshot);
    this.election.start();
    this.announce();
  }

  propose(command: unknown, token: unknown): boolean {
    if (this.role !== 'primary') return false;
    const index = this.log.last + 1;
    this.#proposals.add(index, command, token);
    this.log.append({ index, term: this.log.term, command });
    this.primary.appended();
    return true;
  }

  read(token: unknown): void {
    this.reads.read(token);
  }

  receive(message: Message): boolean {
    const from = this.members.position(message.src);
    const known =
      from >= 0 ? this.#deliver(from, message.src, message.body) : TYPES.has(message.body.type) ? false : null;
    if (known === false) {
      const text = `malformed ${message.body.type}, or not from a member`;
      this.env.reply(message, errorBody(RPC.malformedRequest, text));
    }
    return known !== null;
  }

  timeout(timer: string): boolean {
    if (timer === 'heartbeat') this.primary.onHeartbeat();
    else if (timer === 'flush') this.primary.onFlush();
    else return this.election.timeout(timer);
    return true;
  }

  answers(): boolean {
    return this.leads;
  }

  learn(epoch: unknown, index: number): void {
    this.backup.learn(epoch, index);
  }

  /** Becomes or stays a backup in `epoch`, which is never earlier than the current one. */
  follow(epoch: number, leader: string | null): void {
    const led = this.role === 'primary';
    if (epoch > this.log.term) this.log.cast(epoch, null);
    this.role = 'backup';
    if (leader !== this.leader) this.reads.leaderChanged();
    this.leader = leader;
    this.election.stop();
    if (led) this.#stepDown();
    this.announce();
  }

  /** Seeks election. */
  stand(role: 'trial' | 'candidate'): void {
    if (this.leader !== null) this.reads.leaderChanged();
    this.leader = null;
    this.role = role;
    this.announce();
  }

  /** The current epoch is this node's. */
  lead(): void {
    this.role = 'primary';
    this.leader = this.env.id;
    this.election.stop();
    this.announce();
    this.primary.begin();
  }

  /** Entries up to `index` are committed: applies them. */
  advance(index: number): void {
    if (index <= this.commit) return;
    this.commit = index;
    this.#apply(index);
    this.reads.applied();
    this.snapshots.applied();
  }

  /** The primary does not have the entry at `index`, which is after the snapshot: takes it and all later ones back. */
  takeBack(index: number): void {
    this.log.truncate(index);
    if (index > this.commit) return;
    this.env.print(`epoch ${this.epoch}: takes back what it had committed from ${index} to ${this.commit}`);
    this.#load(this.log.snapshot);
    this.commit = index - 1;
    this.#apply(this.commit);
  }

  /** Takes over a snapshot from the primary, in place of whatever this node had. */
  install(snapshot: Snapshot): void {
    this.log.install(snapshot);
    this.#load(snapshot);
    this.reads.applied();
  }

  /** Tells the world beside the network who this node thinks it is, when that has changed. */
  announce(): void {
    const { role, leader, epoch } = this;
    const state = `${role} ${epoch} ${leader}`;
    if (state === this.#reported) return;
    this.#reported = state;
    const term = this.election.term(epoch);
    this.env.report({ role, term, leader, epoch, commit: this.commit, last: this.log.last });
    const follows = leader === null || leader === this.env.id ? '' : ` of ${leader}`;
    this.env.print(`epoch ${epoch}: ${role}${follows}, log to ${this.log.last}, committed to ${this.commit}`);
  }

  /** Null: not a message of this protocol. False: malformed. */
  #deliver(from: number, src: string, body: Body): boolean | null {
    switch (body.type) {
      case 'ship':
        if (!shape.isShip(body)) return false;
        this.backup.onShip(src, body);
        return true;
      case 'shipped':
        if (!shape.isShipped(body)) return false;
        if (this.#answersPrimary(body.epoch)) this.primary.onShipped(from, body);
        return true;
      case 'copy':
        if (!shape.isCopy(body)) return false;
        this.backup.onCopy(src, body);
        return true;
      case 'copied':
        if (!shape.isCopied(body)) return false;
        if (this.#answersPrimary(body.epoch)) this.primary.onCopied(from, body);
        return true;
      default:
        return this.reads.receive(src, body) ?? this.election.receive(from, body);
    }
  }

  /** An answer to what this node shipped in its current epoch; an answer from a later epoch deposes it. */
  #answersPrimary(epoch: number): boolean {
    if (epoch > this.log.term) this.follow(epoch, null);
    return this.role === 'primary' && epoch === this.log.term;
  }

  #apply(index: number): void {
    while (this.applied < index) {
      const { command } = this.log.at(++this.applied)!;
      this.#proposals.apply(this.applied, command);
    }
  }

  #load({ index, items }: Snapshot): void {
    this.machine.restore(items);
    this.commit = index;
    this.applied = index;
  }

  #stepDown(): void {
    this.env.cancelTimer('heartbeat');
    this.env.cancelTimer('flush');
    this.reads.deposed();
    this.#proposals.abandon();
    this.election.arm();
  }
}

const TYPES = new Set([
  'ship',
  'shipped',
  'copy',
  'copied',
  'ask-index',
  'read-index',
  'ask-vote',
  'vote',
  'claim',
  'confirm',
  'claim-answer',
  'confirm-answer',
]);
