// How the members change while the cluster runs: newcomers catch up first, then joint consensus (paper 6, thesis 4.2 and 4.3).
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import { type Change, type Configuration, changed, parseChange } from './configuration.js';
import type { Raft } from './raft.js';

/** Newcomers have this many election timeouts to catch up. */
const PATIENCE = 10;
/** Requests that are remembered. */
const REMEMBERED = 32;

interface Caller {
  client: string;
  /** The client's `msg_id`. */
  id: number;
}

/** What tells a request from all others. */
const nameOf = ({ client, id }: Caller) => `${client} ${id}`;

interface Pending {
  caller: Caller;
  /** The members to be. */
  target: readonly string[];
  /** Those of them that catch up; nobody once the change is in the log. */
  newcomers: readonly string[];
  since: number;
  /** The log's end when this round of catching up began, and when that was. */
  goal: number;
  round: number;
}

/**
 * One change at a time, and only by a leader that has committed something in its own term. From its entry on, C_old,new
 * decides by majorities of the old and of the new members; once that is committed, C_new alone does. A leader that is not
 * among the new members leads until C_new is committed. Any later leader completes what it finds in its log.
 */
export class Changes {
  readonly #raft: Raft;
  #pending: Pending | null = null;

  constructor(raft: Raft) {
    this.#raft = raft;
  }

  /** Newcomers are being brought up to date; nothing is in the log yet. */
  get catchingUp(): boolean {
    return this.#pending !== null && this.#pending.newcomers.length > 0;
  }

  /** A client asks this node. Nodes that do not lead name the leader: a request that they passed on might arrive twice. */
  onRequest(message: Message): void {
    const { env, leads, leader } = this.#raft;
    const change = parseChange(message.body);
    if (typeof change === 'string') {
      env.reply(message, errorBody(RPC.malformedRequest, change));
      return;
    }
    const caller: Caller = { client: message.src, id: message.body.msg_id! };
    if (leads) this.#begin(change, caller);
    else if (leader === null) this.#answer(caller, errorBody(RPC.temporarilyUnavailable, 'no leader is known'));
    else {
      const refusal = errorBody(RPC.temporarilyUnavailable, `this node does not lead; ${leader} does`);
      this.#answer(caller, { ...refusal, leader });
    }
  }

  /** A newcomer says that it belongs to another cluster. */
  onRefusal(from: string, { code, text }: Body): void {
    const pending = this.#pending;
    if (code === RPC.abort && pending?.newcomers.includes(from)) {
      this.#abandon(pending, errorBody(RPC.abort, `${from} refuses: ${String(text)}`));
    }
  }

  /** A follower has caught up with more: rounds, until one is so short that the rest is no matter (thesis 4.2.1). */
  progress(): void {
    const pending = this.#pending!;
    const { env, log, options, replication, voters } = this.#raft;
    const reached = (id: string) => replication.matched(voters.position(id)) >= pending.goal;
    if (!pending.newcomers.every(reached)) return;
    const now = env.elapsed();
    if (now - pending.round <= options['election-timeout']) {
      this.#enter(pending);
      return;
    }
    pending.goal = log.last;
    pending.round = now;
  }

  /** Gives up newcomers that do not catch up: nothing has happened. */
  tick(): void {
    const pending = this.#pending!;
    const { env, options } = this.#raft;
    if (env.elapsed() - pending.since < PATIENCE * options['election-timeout']) return;
    const text = `${pending.newcomers.join(', ')} did not catch up`;
    this.#abandon(pending, errorBody(RPC.temporarilyUnavailable, text));
  }

  /** An entry without a command is committed: perhaps the configuration in force. */
  committed(): void {
    const { leads, log, commit } = this.#raft;
    const latest = log.configured;
    if (!leads || latest === null || latest.index > commit) return;
    const { members, next, asked } = latest.config;
    if (next === null) this.#complete();
    else this.#append({ members: next, next: null, asked }, members);
  }

  /** This node no longer leads. */
  deposed(): void {
    const pending = this.#pending;
    if (pending === null) this.#raft.voters.teach([]);
    else if (pending.newcomers.length > 0) {
      this.#abandon(pending, errorBody(RPC.temporarilyUnavailable, 'leadership was lost before the change began'));
    } else this.#abandon(pending, errorBody(RPC.crash, 'leadership was lost: the outcome is unknown'));
  }

  #begin(change: Change, caller: Caller): void {
    if (this.#isRepeated(caller)) return;
    const refusal = this.#refusal(change);
    if (refusal !== null) {
      this.#answer(caller, refusal);
      return;
    }
    const { env, log, replication, voters, configuration } = this.#raft;
    const { members } = configuration;
    const target = changed(members, change);
    const newcomers = target.filter((id) => !members.includes(id));
    const now = env.elapsed();
    const pending: Pending = { caller, target, newcomers, since: now, goal: log.last, round: now };
    this.#pending = pending;
    if (newcomers.length === 0) {
      this.#enter(pending);
      return;
    }
    voters.teach(newcomers);
    replication.fit();
    for (const id of newcomers) replication.welcome(voters.position(id));
  }

  /** True for what was asked before: it is answered when it is done, and never done again. */
  #isRepeated(caller: Caller): boolean {
    const { commit, configuration, log } = this.#raft;
    const name = nameOf(caller);
    if (configuration.asked.includes(name)) {
      const done = configuration.next === null && (log.configured?.index ?? 0) <= commit;
      if (done) this.#answer(caller, { type: 'change_ok' });
      return true;
    }
    return this.#pending !== null && nameOf(this.#pending.caller) === name;
  }

  #refusal(change: Change): Body | null {
    const { commit, configuration, log, options, replication } = this.#raft;
    if (change.cluster !== null && change.cluster !== options.cluster) {
      return errorBody(RPC.abort, `this is the cluster ${options.cluster}, not ${change.cluster}`);
    }
    if (changed(configuration.next ?? configuration.members, change).length === 0) {
      return errorBody(RPC.abort, 'somebody must stay');
    }
    if (this.#pending !== null || configuration.next !== null || (log.configured?.index ?? 0) > commit) {
      return errorBody(RPC.temporarilyUnavailable, 'another change is under way');
    }
    return commit < replication.floor ? errorBody(RPC.temporarilyUnavailable, 'the leader is new') : null;
  }

  /** The change enters the log. Also where nothing changes: that this is so is known when an entry says it. */
  #enter(pending: Pending): void {
    const { configuration, options } = this.#raft;
    const { members } = configuration;
    const { target, caller } = pending;
    const asked = [...configuration.asked, nameOf(caller)].slice(-REMEMBERED);
    pending.newcomers = [];
    const same = target.length === members.length && target.every((id) => members.includes(id));
    const leaving = members.filter((id) => !target.includes(id));
    if (same || options.bug === 'single-step-change') this.#append({ members: target, next: null, asked }, leaving);
    else this.#append({ members, next: target, asked }, []);
  }

  /** `before`: those that were members, and are to hear that they no longer are. */
  #append(config: Configuration, before: readonly string[]): void {
    const raft = this.#raft;
    raft.voters.teach(config.next === null ? before.filter((id) => !config.members.includes(id)) : []);
    raft.log.append({ index: raft.log.last + 1, term: raft.log.term, command: null, config });
    raft.reconfigure();
    raft.replication.appended();
  }

  #complete(): void {
    const raft = this.#raft;
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null) this.#answer(pending.caller, { type: 'change_ok' });
    if (raft.voters.learners.length > 0 || !raft.voters.votes) raft.replication.farewell();
    raft.voters.teach([]);
    if (!raft.voters.votes) raft.follow(raft.term, null);
  }

  #abandon({ caller }: Pending, answer: Body): void {
    this.#pending = null;
    this.#raft.voters.teach([]);
    this.#answer(caller, answer);
  }

  #answer({ client, id }: Caller, body: Body): void {
    body.in_reply_to = id;
    this.#raft.env.send(client, body);
  }
}
