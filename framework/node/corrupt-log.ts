// A log that fails its checksum: the node must stop rather than serve it.

export class CorruptLogError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'CorruptLogError';
  }
}
