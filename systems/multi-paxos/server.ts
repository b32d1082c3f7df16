// A node of the key-value store that Multi-Paxos replicates.
import type { Environment } from '../../framework/contracts/protocol.js';
import { StoreServer } from '../shared/store-server.js';
import type { PaxosOptions } from './options.js';
import { MultiPaxos } from './paxos.js';

export class Server extends StoreServer<MultiPaxos> {
  constructor(env: Environment, options: PaxosOptions) {
    const { reads, forward } = options;
    const how = {
      reads: reads === 'log' ? 'log' : 'confirmed',
      forward,
      maxSessions: options['max-sessions'],
    } as const;
    super(env, how, (machine) => new MultiPaxos(env, options, machine));
  }

  get paxos(): MultiPaxos {
    return this.log;
  }
}
