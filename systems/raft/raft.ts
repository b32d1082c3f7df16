// The consensus core: one node's role in replicating a log, for any state machine (Ongaro and Ousterhout, 2014).
import { errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { ConfirmedReads, type ReadHost } from '../shared/confirmed-reads.js';
import { OwnProposals } from '../shared/own-proposals.js';
import type { Machine, ReplicatedLog } from '../shared/replicated-log.js';
import { Changes } from './changes.js';
import type { Configuration, Configured } from './configuration.js';
import { Election } from './election.js';
import { Follower } from './follower.js';
import { RaftLog } from './log.js';
import * as shape from './messages.js';
import type { RaftOptions } from './options.js';
import { Replication } from './replication.js';
import { Snapshots } from './snapshots.js';
import { Voters } from './voters.js';

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/**
 * Safety rests on three things: a majority for every decision (`Voters`), a log and a ballot on disk before any message
 * that follows from them leaves (the runtime sees to it), and the rules in `Election`, `Follower` and `Replication`.
 */
export class Raft implements ReplicatedLog, ReadHost {
  readonly env: Environment;
  readonly options: RaftOptions;
  readonly machine: Machine;
  readonly voters: Voters;
  readonly log: RaftLog;
  readonly election: Election;
  readonly follower: Follower;
  readonly replication: Replication;
  readonly reads: ConfirmedReads;
  readonly snapshots: Snapshots;
  readonly changes: Changes;
  role: Role = 'follower';
  /** Who leads the current term, as far as known. */
  leader: string | null = null;
  commit = 0;
  applied = 0;
  readonly #proposals: OwnProposals;
  /** The members that the cluster began with. */
  readonly #first: Configuration;
  #configured: Configured | null = null;
  #reported = '';

  constructor(env: Environment, options: RaftOptions, machine: Machine) {
    this.env = env;
    this.options = options;
    this.machine = machine;
    this.#proposals = new OwnProposals(machine);
    this.#first = { members: env.nodes, next: null, asked: [] };
    this.voters = new Voters(this.#first, env.id);
    this.log = new RaftLog(env.log, options.bug === 'forget-vote');
    this.election = new Election(this);
    this.follower = new Follower(this);
    this.replication = new Replication(this);
    this.reads = new ConfirmedReads(this, this.replication, options['election-timeout']);
    this.snapshots = new Snapshots(this);
    this.changes = new Changes(this);
  }

  get term(): number {
    return this.log.term;
  }

  get reign(): number {
    return this.log.term;
  }

  get leads(): boolean {
    return this.role === 'leader';
  }

  /** The members, as the latest entry says that names them. */
  get configuration(): Configuration {
    return this.#configured?.config ?? this.#first;
  }

  start(): void {
    this.log.recover();
    const { snapshot } = this.log;
    this.machine.restore(snapshot.items);
    this.commit = snapshot.index;
    this.applied = snapshot.index;
    this.reconfigure();
    this.election.start();
    this.announce();
  }

  /** Appends a command if this node leads; false: it does not, and nothing happened. */
  propose(command: unknown, token: unknown): boolean {
    if (this.role !== 'leader') return false;
    const index = this.log.last + 1;
    this.#proposals.add(index, command, token);
    this.log.append({ index, term: this.log.term, command });
    this.replication.appended();
    return true;
  }

  read(token: unknown): void {
    // Who is no member may never hear of what is committed from now on.
    if (this.leads || this.voters.votes) this.reads.read(token);
    else this.machine.unreadable(token);
  }

  answers(from: string): boolean {
    return this.leads && this.voters.tracks(this.voters.position(from));
  }

  learn(term: unknown, index: number): void {
    this.follower.learn(term, index);
  }

  /** True when the message was Raft's; malformed ones are answered with error 12. */
  receive(message: Message): boolean {
    const { body } = message;
    const from = this.voters.position(message.src);
    switch (body.type) {
      case 'append':
        if (!shape.isAppend(body)) break;
        if (this.#isOurs(message, body.cluster)) this.follower.onAppend(message.src, body);
        return true;
      case 'appended':
        if (from < 0 || !shape.isAppended(body)) break;
        if (this.#answersLeader(body.term)) this.replication.onAppended(from, body);
        return true;
      case 'ask-vote':
        if (!shape.isAskVote(body)) break;
        if (this.#isOurs(message, body.cluster)) this.election.onAskVote(message.src, body);
        return true;
      case 'vote':
        if (from < 0 || !shape.isVote(body)) break;
        this.election.onVote(from, body);
        return true;
      case 'ask-index':
      case 'read-index':
        if (from < 0 || !this.reads.receive(message.src, body)) break;
        return true;
      case 'install':
        if (!shape.isInstall(body)) break;
        if (this.#isOurs(message, body.cluster)) this.follower.onInstall(message.src, body);
        return true;
      case 'installed':
        if (from < 0 || !shape.isInstalled(body)) break;
        if (this.#answersLeader(body.term)) this.replication.onInstalled(from, body);
        return true;
      case 'change':
        this.changes.onRequest(message);
        return true;
      case 'error':
        this.changes.onRefusal(message.src, body);
        return true;
      default:
        return false;
    }
    this.env.reply(
      message,
      errorBody(RPC.malformedRequest, `malformed ${body.type}, or not from a node of the cluster`),
    );
    return true;
  }

  /** True when the timer was Raft's. */
  timeout(timer: string): boolean {
    switch (timer) {
      case 'election':
        this.election.onTimeout();
        return true;
      case 'retry':
        this.election.onRetry();
        return true;
      case 'heartbeat':
        this.replication.onHeartbeat();
        return true;
      case 'flush':
        this.replication.onFlush();
        return true;
      default:
        return false;
    }
  }

  /** Whatever configuration is the latest in the log is in force, committed or not. */
  reconfigure(): void {
    const latest = this.log.configured;
    if (latest === this.#configured) return;
    this.#configured = latest;
    const { members, next } = this.configuration;
    this.voters.adopt(this.configuration);
    this.replication.fit();
    this.env.print(`members ${members.join(' ')}${next === null ? '' : `, to be ${next.join(' ')}`}`);
  }

  /** Becomes or stays a follower in `term`, which is never earlier than the current one. */
  follow(term: number, leader: string | null): void {
    const led = this.role === 'leader';
    if (term > this.log.term) this.log.cast(term, null);
    this.role = 'follower';
    if (leader !== this.leader) this.reads.leaderChanged();
    this.leader = leader;
    this.election.stop();
    if (led) this.#stepDown();
    this.announce();
  }

  lead(): void {
    this.role = 'leader';
    this.leader = this.env.id;
    this.election.stop();
    this.announce();
    this.replication.begin();
  }

  /** Entries up to `index` are committed: applies them. */
  advance(index: number): void {
    if (index <= this.commit) return;
    this.commit = index;
    let empty = false;
    while (this.applied < index) {
      const { command } = this.log.at(++this.applied)!;
      if (command === null) empty = true;
      this.#proposals.apply(this.applied, command);
    }
    this.reads.applied();
    this.snapshots.applied();
    if (empty) this.changes.committed();
  }

  /** Tells the world beside the network who this node thinks it is, when that has changed. */
  announce(): void {
    const { role, leader, term } = this;
    const state = `${role} ${term} ${leader}`;
    if (state === this.#reported) return;
    this.#reported = state;
    this.env.report({ role, term, leader, commit: this.commit, last: this.log.last });
    const follows = leader === null || leader === this.env.id ? '' : ` of ${leader}`;
    this.env.print(`term ${term}: ${role}${follows}, log to ${this.log.last}, committed to ${this.commit}`);
  }

  /** Requests of a cluster of another name are refused. */
  #isOurs(message: Message, cluster: string): boolean {
    if (cluster === this.options.cluster) return true;
    this.env.reply(message, errorBody(RPC.abort, `this node belongs to the cluster ${this.options.cluster}`));
    return false;
  }

  /** An answer to what this node sent as leader of its current term; an answer from a later term deposes it. */
  #answersLeader(term: number): boolean {
    if (term > this.log.term) this.follow(term, null);
    return this.role === 'leader' && term === this.log.term;
  }

  #stepDown(): void {
    this.env.cancelTimer('heartbeat');
    this.env.cancelTimer('flush');
    this.reads.deposed();
    this.changes.deposed();
    this.#proposals.abandon();
    this.election.arm();
  }
}
