// One node: hands what arrives to the part that it concerns. Every node coordinates, whether or not it holds the key.
import { errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment, Protocol } from '../../framework/contracts/protocol.js';
import { LastRequests } from '../shared/last-requests.js';
import { AntiEntropy } from './anti-entropy.js';
import { Coordinator } from './coordinator.js';
import { Core } from './core.js';
import { Handoff } from './handoff.js';
import { Membership } from './membership.js';
import { isPart, type Part } from './messages.js';
import type { Wish } from './operation.js';
import type { DynamoOptions } from './options.js';
import { FLUSH } from './outbox.js';
import { tagOf, withoutValue } from './versions.js';

const REPORT = 'report';

/** Between two reports of what the node holds. */
const REPORT_PAUSE = 250;

export class DynamoNode implements Protocol {
  readonly core: Core;
  readonly #coordinator: Coordinator;
  readonly #handoff: Handoff;
  readonly #antiEntropy: AntiEntropy;
  readonly #membership: Membership;
  readonly #lastRequests = new LastRequests();
  #reporting = false;
  #reported = '';

  constructor(env: Environment, options: DynamoOptions) {
    this.core = new Core(env, options);
    this.#coordinator = new Coordinator(this.core);
    this.#handoff = new Handoff(this.core);
    this.#antiEntropy = new AntiEntropy(this.core);
    this.#membership = new Membership(this.core, this.#handoff);
  }

  start(): void {
    const { replica, env } = this.core;
    replica.start();
    env.print(`start ${replica.incarnation}, holding ${replica.size} keys`);
    this.#antiEntropy.start();
    this.#settle();
  }

  receive(message: Message): void {
    this.core.suspects.delete(message.src);
    const { type } = message.body;
    if (type === 'batch') this.#onBatch(message);
    else if (type === 'read' || type === 'write' || type === 'add') this.#onRequest(message);
    else if (type === 'change') this.#onChange(message);
    else if (
      !this.#antiEntropy.receive(message, (node) => this.#membership.tell(node)) &&
      !this.#membership.receive(message) &&
      message.body.msg_id !== undefined
    ) {
      this.#refuse(message, RPC.notSupported, `there is no ${type} here`);
    }
    this.#settle();
  }

  timeout(timer: string): void {
    if (timer === FLUSH) {
      this.core.outbox.flush();
    } else if (timer === REPORT) {
      this.#reporting = false;
      this.#report();
    } else if (!this.#coordinator.timeout(timer) && !this.#handoff.timeout(timer) && !this.#membership.timeout(timer)) {
      this.#antiEntropy.timeout(timer);
    }
    this.#settle();
  }

  /** At the end of every event. */
  #settle(): void {
    this.core.outbox.release(this.#coordinator.isBusy);
    this.#handoff.arm();
    if (this.#reporting) return;
    this.#reporting = true;
    this.core.env.setTimer(REPORT, REPORT_PAUSE);
  }

  #report(): void {
    const { placement, options, env } = this.core;
    const { digest, rounds, sent } = this.#antiEntropy;
    const reported = `${digest} ${placement.mark}`;
    if (reported === this.#reported) return;
    this.#reported = reported;
    // Nodes that hold different keys have no digest in common.
    const comparable = placement.ids.length <= options.n;
    env.report({ ...(comparable ? { digest } : {}), members: placement.ids, round: rounds, sent });
  }

  #onRequest(message: Message): void {
    const { body, src } = message;
    const { key, msg_id: id } = body;
    const wish = wishOf(message);
    if (typeof wish === 'string') this.#refuse(message, RPC.malformedRequest, wish);
    else if (id === undefined || this.#lastRequests.note(src, id)) {
      this.#coordinator.begin(message, wish, key as string | number | undefined);
    }
  }

  /** A change that arrives again, perhaps when it has been undone, is not made again. */
  #onChange(message: Message): void {
    const { msg_id: id } = message.body;
    if (id === undefined || this.#lastRequests.note(message.src, id)) this.#membership.change(message);
  }

  #onBatch({ src, body: { ring, parts } }: Message): void {
    if (!Array.isArray(parts)) return;
    if (ring !== this.core.placement.mark) this.#membership.tell(src);
    for (const part of parts as unknown[]) if (isPart(part)) this.#onPart(src, part);
  }

  #onPart(src: string, part: Part): void {
    switch (part.kind) {
      case 'get':
        this.#onGet(src, part);
        break;
      case 'got':
        this.#coordinator.onGot(src, part.op, part.versions);
        break;
      case 'put':
        this.#onPut(src, part);
        break;
      case 'stored':
        this.#coordinator.onStored(src, part.op);
        break;
      case 'hand':
        this.#handoff.accept(src, part.key, part.versions);
        break;
      case 'handed':
        this.#handoff.onHanded(src, part.key, part.tag);
        break;
      case 'ping':
        this.core.outbox.send(src, { kind: 'pong' });
        break;
      default:
    }
  }

  #onGet(src: string, { op, key, tag, bare }: Part & { kind: 'get' }): void {
    const { replica, outbox } = this.core;
    const held = replica.get(key);
    if (tagOf(held) === tag) outbox.send(src, { kind: 'got', op });
    else outbox.send(src, { kind: 'got', op, versions: bare === true ? held.map(withoutValue) : held });
  }

  #onPut(src: string, { op, key, versions, owed }: Part & { kind: 'put' }): void {
    const { env, outbox } = this.core;
    outbox.write(() => {
      if (owed === undefined || owed === env.id) this.#handoff.take(key, versions);
      else this.#coordinator.standIn(key, versions, owed);
      if (op !== undefined) outbox.send(src, { kind: 'stored', op });
    });
  }

  #refuse(request: Message, code: number, text: string): void {
    this.core.env.reply(request, errorBody(code, text));
  }
}

/** What a client wants, or one sentence on what is wrong with the request. */
function wishOf({ body }: Message): Wish | string {
  const { type, key, value, element } = body;
  const isKey = typeof key === 'string' || typeof key === 'number';
  if (type === 'add') return element === undefined ? 'an add needs an element' : { f: 'add', value: element };
  if (type === 'read' && key === undefined) return { f: 'read-set' };
  if (!isKey) return 'the key must be a string or a number';
  if (type === 'read') return { f: 'read' };
  return value === undefined ? 'a write needs a value' : { f: 'write', value };
}
