// A node of the key-value store that Raft replicates.
import type { Environment } from '../../framework/contracts/protocol.js';
import { StoreServer } from '../shared/store-server.js';
import type { RaftOptions } from './options.js';
import { Raft } from './raft.js';

export class Server extends StoreServer<Raft> {
  constructor(env: Environment, options: RaftOptions) {
    const { reads, forward, bug } = options;
    const how = {
      reads: bug === 'stale-reads' ? 'local' : reads === 'log' ? 'log' : 'confirmed',
      forward,
      maxSessions: options['max-sessions'],
      earlyWrites: bug === 'ack-before-commit',
    } as const;
    super(env, how, (machine) => new Raft(env, options, machine));
  }

  get raft(): Raft {
    return this.log;
  }
}
