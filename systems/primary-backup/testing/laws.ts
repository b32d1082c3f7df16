// For tests: what must hold with the default options whatever happens.
import type { Entry } from '../../shared/entry-log.js';
import { LogLaws } from '../../shared/testing/log-laws.js';
import type { PrimaryBackup } from '../node.js';

export class Laws extends LogLaws<Entry, PrimaryBackup> {}
