// For tests: what Zab promises, checked on the state of nodes as it changes (paper, section 4: integrity, order, agreement).
import type { Message } from '../../../framework/contracts/message.js';
import type { Entry, LearnerFrame } from '../messages.js';
import type { Zab } from '../zab.js';
import { epochOf, showZxid } from '../zxid.js';

interface Seen {
  zab: Zab;
  delivered: number;
  accepted: number;
  current: number;
  epoch: number;
}

/** Collects what broke, in words; empty while Zab is Zab. */
export class Laws {
  readonly broken: string[] = [];
  readonly #leaders = new Map<number, string>();
  /** By zxid, what the first node delivered, and after which. */
  readonly #order = new Map<number, { entry: Entry; before: number }>();
  readonly #seen = new Map<string, Seen>();
  /** What nodes have told others of their epochs, which they must remember from then on. */
  readonly #told = new Map<string, { accepted: number; current: number }>();

  /** Epochs that had a leader. */
  get reigns(): number {
    return this.#leaders.size;
  }

  /** Transactions that some node has delivered. */
  get delivered(): number {
    return this.#order.size;
  }

  observe(zab: Zab): void {
    const { id } = zab.env;
    let seen = this.#seen.get(id);
    if (seen?.zab !== zab) {
      const { accepted, current } = this.#toldBy(id);
      seen = { zab, delivered: zab.history.snapshot.zxid, accepted, current, epoch: 0 };
      this.#seen.set(id, seen);
    }
    this.#promises(zab, seen);
    this.#delivers(zab, seen);
    if (zab.established && seen.epoch !== zab.history.current) {
      seen.epoch = zab.history.current;
      this.#leads(zab);
    }
  }

  /** A node hears a message: what it says of its sender's epochs has left the sender, so it is on disk there. */
  hears({ src, body }: Message): void {
    const told = this.#toldBy(src);
    if (body.type === 'vote' && body['leader'] === src) {
      told.current = Math.max(told.current, body['current'] as number);
    } else if (body.type === 'to-leader' && Array.isArray(body['frames'])) {
      for (const frame of body['frames'] as readonly (LearnerFrame | null)[]) {
        if (frame?.kind === 'c-epoch') told.accepted = Math.max(told.accepted, frame.accepted);
      }
    }
  }

  #toldBy(id: string): { accepted: number; current: number } {
    let told = this.#told.get(id);
    if (told === undefined) {
      told = { accepted: 0, current: 0 };
      this.#told.set(id, told);
    }
    return told;
  }

  /** Promises and epochs never fall, and what was said of them survives restarts. */
  #promises(zab: Zab, seen: Seen): void {
    const { accepted, current } = zab.history;
    if (accepted < seen.accepted)
      this.broken.push(`${zab.env.id} went back from epoch ${seen.accepted} to ${accepted}`);
    if (current < seen.current) this.broken.push(`${zab.env.id} went back to the history of epoch ${current}`);
    if (current > accepted) this.broken.push(`${zab.env.id} joined epoch ${current} without a promise`);
    seen.accepted = accepted;
    seen.current = current;
  }

  /** Total order and agreement: everybody delivers the same transactions, each after the same one. */
  #delivers(zab: Zab, seen: Seen): void {
    const { history, delivered } = zab;
    if (delivered < seen.delivered) this.broken.push(`${zab.env.id} took deliveries back`);
    if (delivered === seen.delivered) return;
    let before = history.floor(seen.delivered);
    for (const entry of history.between(seen.delivered, delivered)) {
      // A snapshot took the place of what came before.
      if (before >= 0) this.#agree(entry, before);
      before = entry.zxid;
    }
    seen.delivered = delivered;
  }

  #agree(entry: Entry, before: number): void {
    const known = this.#order.get(entry.zxid);
    if (known === undefined) this.#order.set(entry.zxid, { entry, before });
    else if (known.entry.command !== entry.command) this.broken.push(`two transactions ${showZxid(entry.zxid)}`);
    else if (known.before !== before) this.broken.push(`${showZxid(entry.zxid)} was delivered in two places`);
    if (epochOf(entry.zxid) < epochOf(before)) this.broken.push(`epochs fall at ${showZxid(entry.zxid)}`);
  }

  /** One leader for each epoch, and it has all that was ever delivered of earlier ones; it may learn late that it leads. */
  #leads({ env, history }: Zab): void {
    const { current } = history;
    const other = this.#leaders.get(current);
    if (other !== undefined && other !== env.id) {
      this.broken.push(`epoch ${current} has two leaders: ${other} and ${env.id}`);
    }
    this.#leaders.set(current, env.id);
    let latest = 0;
    for (const zxid of this.#order.keys()) if (epochOf(zxid) < current && zxid > latest) latest = zxid;
    if (history.last < latest) this.broken.push(`${env.id} leads epoch ${current} without ${showZxid(latest)}`);
  }
}
