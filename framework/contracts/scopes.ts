// Lets a protocol hold other protocols: hands messages and timers of a scope to the protocol that lives there.
import type { Message } from './message.js';
import type { Environment, Protocol } from './protocol.js';

export class Scopes {
  readonly #env: Environment;
  readonly #inner = new Map<string, Protocol>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Creates the protocol of a scope; the caller starts it. Names must not contain `/`. */
  add<P extends Protocol>(name: string, make: (env: Environment) => P): P {
    const protocol = make(this.#env.scope(name));
    this.#inner.set(name, protocol);
    return protocol;
  }

  /** True when the message belonged to a scope and was delivered there. */
  receive(message: Message): boolean {
    const scope = message.body['scope'];
    const inner = typeof scope === 'string' ? this.#inner.get(scope) : undefined;
    inner?.receive(message);
    return inner !== undefined;
  }

  /** True when the timer (`scope/name`) belonged to a scope and was delivered there. */
  timeout(timer: string): boolean {
    const slash = timer.indexOf('/');
    const inner = slash < 0 ? undefined : this.#inner.get(timer.slice(0, slash));
    inner?.timeout(timer.slice(slash + 1));
    return inner !== undefined;
  }
}
