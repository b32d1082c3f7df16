// Messages and errors of the Maelstrom protocol, which every node and client speaks.

/** The payload; `type` names it. Everything in it is JSON. */
export interface Body {
  type: string;
  msg_id?: number;
  in_reply_to?: number;
  [field: string]: unknown;
}

/** Immutable once sent: the simulation passes it by reference. */
export interface Message {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
}

export interface ErrorBody extends Body {
  type: 'error';
  code: number;
  text: string;
}

interface RpcErrorEntry {
  name: string;
  /** True: the request certainly did not take effect. */
  definite: boolean;
}

/** Maelstrom's error codes. Codes that are not listed, 1000 and up included, are indefinite. */
export const RPC_ERRORS: Readonly<Record<number, RpcErrorEntry>> = {
  0: { name: 'timeout', definite: false },
  1: { name: 'node-not-found', definite: true },
  10: { name: 'not-supported', definite: true },
  11: { name: 'temporarily-unavailable', definite: true },
  12: { name: 'malformed-request', definite: true },
  13: { name: 'crash', definite: false },
  14: { name: 'abort', definite: true },
  20: { name: 'key-does-not-exist', definite: true },
  21: { name: 'key-already-exists', definite: true },
  22: { name: 'precondition-failed', definite: true },
  30: { name: 'txn-conflict', definite: true },
};

export const RPC = {
  timeout: 0,
  nodeNotFound: 1,
  notSupported: 10,
  temporarilyUnavailable: 11,
  malformedRequest: 12,
  crash: 13,
  abort: 14,
  keyDoesNotExist: 20,
  keyAlreadyExists: 21,
  preconditionFailed: 22,
  txnConflict: 30,
} as const;

export function isDefinite(code: number): boolean {
  return RPC_ERRORS[code]?.definite ?? false;
}

export function errorName(code: number): string {
  return RPC_ERRORS[code]?.name ?? `error-${code}`;
}

export function errorBody(code: number, text: string): ErrorBody {
  return { type: 'error', code, text };
}
