// How a reference node ends by itself, told to its parent by exit code.

export const NODE_EXIT = {
  /** The protocol threw: the stack is in the log. */
  threw: 80,
  /** A record of the durable log fails its checksum. */
  corrupt: 81,
  /** The disk is full: the node stops rather than lose data. */
  full: 82,
  /** It could not begin: bad arguments, or the system cannot be loaded. */
  unusable: 83,
  /** Nothing can be written to the disk: the node stops rather than lose data. */
  readOnly: 84,
} as const;

const MEANING: Readonly<Record<number, string>> = {
  [NODE_EXIT.threw]: 'the protocol threw',
  [NODE_EXIT.corrupt]: 'corrupt log',
  [NODE_EXIT.full]: 'disk full: the node stops rather than lose data',
  [NODE_EXIT.unusable]: 'the node could not begin',
  [NODE_EXIT.readOnly]: 'disk read-only: the node stops rather than lose data',
};

/** True of a node that stopped because it could not write. */
export function couldNotWrite(code: number | null): boolean {
  return code === NODE_EXIT.full || code === NODE_EXIT.readOnly;
}

/** What an exit code means when a reference node ended by itself. */
export function meaningOf(code: number): string {
  return MEANING[code] ?? `exited with code ${code}`;
}
