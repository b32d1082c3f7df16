// Memory that the tables of one search share.

export interface Allowance {
  /** Bytes that may still be taken; below 0: a table that had to grow took more. */
  bytes: number;
}
