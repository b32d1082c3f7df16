// What is in force on this host, for the helper that comes after one that was killed.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ChaosError, messageOf } from '../../contracts/error.js';
import { bootId } from './process-table.js';

/** Of the helper itself: whose nodes they are, and whether they may stay. */
export interface Owner {
  run: string;
  keep: boolean;
}

interface State {
  /** Nothing of an earlier life of the machine is in force. */
  boot: string;
  owner: Owner;
  modules: Record<string, unknown>;
}

export class StateFile {
  readonly #path: string;
  #state: State;
  #written = '';

  /** Reads what is there; a file that is missing, damaged or older than the machine's last start says that nothing is in force. */
  constructor(path: string) {
    this.#path = path;
    const boot = bootId();
    const found = read(path);
    this.#state = found?.boot === boot ? found : { boot, owner: { run: '', keep: false }, modules: {} };
  }

  get owner(): Owner {
    return this.#state.owner;
  }

  set owner(owner: Owner) {
    this.#state = { ...this.#state, owner };
    this.#write();
  }

  /** By module, what it had in force. */
  get modules(): Readonly<Record<string, unknown>> {
    return this.#state.modules;
  }

  /** Throws ChaosError('host-file') when it cannot be written: no fault may then be put in force. */
  remember(module: string, state: unknown): void {
    const { [module]: _, ...others } = this.#state.modules;
    this.#state = { ...this.#state, modules: state === null ? others : { ...others, [module]: state } };
    this.#write();
  }

  remove(): void {
    rmSync(this.#path, { force: true });
    this.#written = '';
  }

  /** A reader sees the old text or the new one. It need not survive the machine, so nothing waits for the disk. */
  #write(): void {
    const text = JSON.stringify(this.#state);
    if (text === this.#written) return;
    try {
      writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
      this.#written = text;
    } catch (error) {
      throw new ChaosError('host-file', `what is in force cannot be written down: ${messageOf(error)}`, {
        hint: 'The file system of the folder that chaos uses on the host must have room, and be writable.',
        cause: error,
      });
    }
  }
}

function read(path: string): State | null {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<State>;
    const sound = typeof found.owner?.run === 'string' && typeof found.modules === 'object' && found.modules !== null;
    return sound ? (found as State) : null;
  } catch {
    return null;
  }
}
