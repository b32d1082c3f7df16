// A node of the key-value store whose primary ships its log to backups.
import type { Environment } from '../../framework/contracts/protocol.js';
import { StoreServer } from '../shared/store-server.js';
import { PrimaryBackup } from './node.js';
import type { PrimaryBackupOptions } from './options.js';

export class Server extends StoreServer<PrimaryBackup> {
  constructor(env: Environment, options: PrimaryBackupOptions) {
    const { reads, forward, bug } = options;
    const how = {
      reads: reads === 'backup' ? 'local' : 'confirmed',
      forward,
      maxSessions: options['max-sessions'],
      earlyWrites: bug === 'ack-before-ship',
    } as const;
    super(env, how, (machine) => new PrimaryBackup(env, options, machine));
  }
}
