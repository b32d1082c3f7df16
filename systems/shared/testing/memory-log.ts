// For tests: a disk in memory. It refuses later changes of what it was given, and hands it out through JSON, as a file would.
import type { DurableLog, Recovered } from '../../../framework/contracts/protocol.js';
import { deepFreeze } from '../../../framework/deploy/sim/freeze.js';

export class MemoryLog implements DurableLog {
  snapshot: unknown = null;
  records: unknown[] = [];

  append(record: unknown): void {
    deepFreeze(record);
    this.records.push(record);
  }

  replace(snapshot: unknown, tail: readonly unknown[]): void {
    deepFreeze(snapshot);
    this.snapshot = snapshot;
    this.records = [...tail];
  }

  recover(): Recovered {
    return JSON.parse(JSON.stringify({ snapshot: this.snapshot, records: this.records })) as Recovered;
  }
}
