// What parent and node say to each other out of band, as lines between the node and `chaos`; never over the faulty network.
import type { ClockFault } from '../../contracts/cluster.js';
import type { NodeReport } from '../../contracts/protocol.js';
import type { Milliseconds } from '../../contracts/time.js';

/** The parent's address. */
export const PARENT = 'chaos';

/** To the node. Each is answered by `done` with the same number. */
export type Control =
  /** Exactly these clock faults are in force from now on. */
  | { type: 'clock'; msg_id: number; faults: ClockFault[] }
  /** Each sync takes `slow` longer; `full`: the next write finds no room; `readOnly`: nothing can be written. */
  | { type: 'disk'; msg_id: number; slow: Milliseconds; full: boolean; readOnly?: boolean };

/** From the node. */
export type Notice =
  | { type: 'done'; in_reply_to: number }
  | { type: 'report'; state: NodeReport }
  | { type: 'note'; detail: string };
