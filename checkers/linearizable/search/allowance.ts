// Memory that the tables of one check share, so that many searches together stay within one limit.

export interface Allowance {
  /** Bytes that may still be taken; below 0: a table that had to grow took more. */
  bytes: number;
}
