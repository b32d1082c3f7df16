// What must hold with the default options whatever happens, checked on the state of nodes as it changes.
import type { Entry } from '../../shared/entry-log.js';
import type { PrimaryBackup } from '../node.js';

interface Seen {
  node: PrimaryBackup;
  commit: number;
  epoch: number;
}

/** Collects what broke, in words; empty while the protocol keeps its promises. */
export class Laws {
  readonly broken: string[] = [];
  readonly #primaries = new Map<number, string>();
  /** Committed entries by index, as the first node to commit them had them, and its epoch. */
  readonly #committed = new Map<number, { entry: Entry; epoch: number }>();
  readonly #seen = new Map<string, Seen>();
  #highest = 0;

  /** Epochs that had a primary. */
  get reigns(): number {
    return this.#primaries.size;
  }

  observe(node: PrimaryBackup): void {
    const { id } = node.env;
    let seen = this.#seen.get(id);
    if (seen?.node !== node) {
      seen = { node, commit: node.log.snapshot.index, epoch: -1 };
      this.#seen.set(id, seen);
    }
    if (node.leads && seen.epoch !== node.epoch) {
      seen.epoch = node.epoch;
      this.#elected(node);
    }
    if (node.commit < seen.commit) this.broken.push(`${id} takes back ${node.commit + 1} to ${seen.commit}`);
    for (let i = seen.commit + 1; i <= node.commit; i++) this.#commits(node, i);
    seen.commit = node.commit;
    if (node.commit > node.log.last) this.broken.push(`${id} has committed more than it has`);
  }

  /** One primary for each epoch, which has all that was committed before. */
  #elected(node: PrimaryBackup): void {
    const { id } = node.env;
    const other = this.#primaries.get(node.epoch);
    if (other !== undefined && other !== id)
      this.broken.push(`epoch ${node.epoch} has two primaries: ${other} and ${id}`);
    this.#primaries.set(node.epoch, id);
    for (let i = node.log.snapshot.index + 1; i <= this.#highest; i++) {
      const known = this.#committed.get(i);
      if (known !== undefined && known.epoch < node.epoch && node.log.termAt(i) !== known.entry.term) {
        this.broken.push(`${id} leads epoch ${node.epoch} without the committed entry ${i}`);
        return;
      }
    }
  }

  /** All nodes commit the same. */
  #commits(node: PrimaryBackup, index: number): void {
    const entry = node.log.at(index);
    if (entry === undefined) return;
    const known = this.#committed.get(index);
    if (known === undefined) {
      this.#committed.set(index, { entry, epoch: node.epoch });
      this.#highest = Math.max(this.#highest, index);
    } else if (known.entry.term !== entry.term || known.entry.command !== entry.command) {
      this.broken.push(`${node.env.id} commits another entry ${index} than was committed before`);
    }
  }
}
