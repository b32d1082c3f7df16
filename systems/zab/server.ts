// A node of the key-value store that Zab keeps in step.
import type { Environment } from '../../framework/contracts/protocol.js';
import { StoreServer } from '../shared/store-server.js';
import type { ZabOptions } from './options.js';
import { Zab } from './zab.js';

/** Every node that follows takes requests itself, so that it can answer a write when it has delivered it. */
export class Server extends StoreServer<Zab> {
  constructor(env: Environment, options: ZabOptions) {
    const how = { reads: 'confirmed', forward: true, maxSessions: options['max-sessions'] } as const;
    super(env, how, (machine) => new Zab(env, options, machine));
  }

  get zab(): Zab {
    return this.log;
  }
}
