// One node: a replica of the state that serves its clients at once, gossip that spreads it, SWIM that says to whom.
import { errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment, NodeReport, Protocol } from '../../framework/contracts/protocol.js';
import type { Update } from '../shared/crdt/crdt.js';
import type { OrSetOp } from '../shared/crdt/or-set.js';
import type { Forgetting } from '../shared/crdt/update-history.js';
import type { Rumour } from '../shared/swim/members.js';
import { Swim } from '../shared/swim/swim.js';
import { Belonging } from './belonging.js';
import { Changes } from './changes.js';
import { Dissemination } from './dissemination.js';
import type { GossipOptions } from './options.js';
import { Replica } from './replica.js';
import { Reporter } from './reporter.js';
import { type Service, serviceFor } from './services.js';

const ROUND = 'round';

/** Planted bug: how soon a removal is forgotten, in later updates of the same node. */
const FORGOTTEN_AFTER = 20;
const TOMBSTONES: Forgetting = {
  after: FORGOTTEN_AFTER,
  what: ({ op }: Update) => (op as OrSetOp).f === 'remove',
};

type Handler = (message: Message) => void;

export class GossipNode implements Protocol {
  readonly #env: Environment;
  readonly #options: GossipOptions;
  readonly #service: Service;
  readonly #replica: Replica;
  readonly #swim: Swim;
  readonly #dissemination: Dissemination;
  readonly #belonging: Belonging;
  readonly #changes: Changes;
  readonly #reporter: Reporter;
  /** Who has left, and who has not, as of the last record of the table. */
  readonly #saved = new Map<string, boolean>();
  /** What nodes send each other; those in `#fromMembers` count only from members. */
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #fromMembers: Readonly<Record<string, Handler>>;

  constructor(env: Environment, options: GossipOptions) {
    const { cluster } = options;
    const forgetting = options.bug === 'drop-tombstone' ? TOMBSTONES : null;
    const { history, 'compact-after': compactAfter, 'give-up': patience } = options;
    this.#env = env;
    this.#options = options;
    this.#service = serviceFor(options);
    this.#reporter = new Reporter(env, () => this.#state());
    const replica = new Replica(env.id, env.log, this.#service.crdt, history, compactAfter, forgetting);
    const swim = new Swim(
      env,
      {
        period: options['probe-period'],
        pingTimeout: options['ping-timeout'],
        helpers: options.helpers,
        suspicion: options.suspicion,
        ignoreIncarnation: options.bug === 'ignore-incarnation',
      },
      {
        changed: (rumour) => this.#onMembers(rumour),
        raised: (incarnation) => replica.saveIncarnation(incarnation),
      },
    );
    const dissemination = new Dissemination(env, replica, options.dissemination, options.fanout, cluster);
    const changed = () => this.#reporter.changed();
    const belonging = new Belonging({ env, cluster, replica, swim, dissemination, patience, changed });
    const withoutState = options.bug === 'join-without-state';
    const changes = new Changes({ env, cluster, replica, swim, belonging, patience, withoutState });
    this.#replica = replica;
    this.#swim = swim;
    this.#dissemination = dissemination;
    this.#belonging = belonging;
    this.#changes = changes;
    this.#handlers = {
      change: (message) => changes.onRequest(message),
      invite: (message) => belonging.onInvite(message),
      join: (message) => changes.onJoin(message),
      join_ok: (message) => belonging.onJoinOk(message),
      joined: (message) => changes.onJoined(message),
      retire: (message) => belonging.onRetire(message),
      leave: (message) => changes.onLeave(message),
      leave_ok: (message) => belonging.onLeaveOk(message),
      departed: (message) => changes.onDeparted(message),
      refused: (message) => changes.onRefused(message),
    };
    this.#fromMembers = {
      gossip: (message) => dissemination.onGossip(message),
      gossip_ok: (message) => dissemination.onGossipOk(message),
    };
  }

  start(): void {
    for (const { member, status } of this.#replica.members ?? []) this.#saved.set(member, status === 'left');
    this.#belonging.start();
    this.#env.setTimer(ROUND, this.#env.random.between(0, this.#options['gossip-period']));
    this.#env.print(`start ${this.#replica.incarnation} as ${this.#belonging.role}, at ${this.#replica.version.total}`);
    this.#env.report(this.#state());
  }

  receive(message: Message): void {
    const { type } = message.body;
    if (Object.hasOwn(this.#fromMembers, type)) this.#onGossip(message, this.#fromMembers[type]!);
    else if (Object.hasOwn(this.#handlers, type)) this.#handlers[type]!(message);
    else if (!this.#swim.receive(message) && message.body.msg_id !== undefined) this.#onRequest(message);
  }

  timeout(timer: string): void {
    if (timer === ROUND) this.#onRound();
    else if (!this.#swim.timeout(timer) && !this.#changes.timeout(timer)) this.#reporter.timeout(timer);
  }

  #onRound(): void {
    this.#env.setTimer(ROUND, this.#options['gossip-period']);
    if (this.#belonging.role === 'outside') return;
    this.#dissemination.round(this.#swim.members.peers);
    this.#belonging.check();
  }

  /** Only members share the state. One that was given up is told so, and refutes it first. */
  #onGossip(message: Message, handle: Handler): void {
    const { src, body } = message;
    if (this.#belonging.role === 'outside' || body['cluster'] !== this.#options.cluster) return;
    if (this.#swim.members.isMember(src)) {
      const before = this.#replica.version.total;
      handle(message);
      if (this.#replica.version.total !== before) this.#reporter.changed();
      this.#belonging.check();
      return;
    }
    const known = this.#swim.members.get(src);
    if (known !== undefined) this.#swim.tell(src, known);
  }

  #onRequest(request: Message): void {
    const { body, src } = request;
    const id = body.msg_id!;
    const isRead = body.type === 'read';
    if (this.#belonging.role !== 'member') this.#refuse(request, RPC.temporarilyUnavailable, 'this is no member');
    else if (isRead || !this.#replica.requests.isRepeated(src, id)) this.#serve(request, id, isRead);
  }

  #serve(request: Message, id: number, isRead: boolean): void {
    const answer = this.#service.answer(request.body, this.#env.now());
    if ('code' in answer) {
      this.#refuse(request, answer.code, answer.text);
      return;
    }
    if (answer.op !== undefined) {
      this.#replica.update(answer.op, request.src, id);
      this.#reporter.changed();
    } else if (!isRead) this.#replica.noteRequest(request.src, id);
    this.#env.reply(request, answer.reply);
  }

  /** Who is suspected or believed dead is found out anew after a restart; who joined or left is not. */
  #onMembers({ member, status }: Rumour): void {
    this.#reporter.changed();
    const hasLeft = status === 'left';
    if (this.#saved.get(member) === hasLeft) return;
    this.#saved.set(member, hasLeft);
    this.#replica.saveMembers(this.#swim.members.table());
  }

  #state(): NodeReport {
    const { role } = this.#belonging;
    const { rounds, sent } = this.#dissemination;
    const members = role === 'outside' ? [] : this.#swim.members.ids();
    return { role, digest: this.#service.crdt.digest(), round: rounds, sent, members };
  }

  #refuse(request: Message, code: number, text: string): void {
    this.#env.reply(request, errorBody(code, text));
  }
}
