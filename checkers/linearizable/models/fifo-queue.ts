// A queue: what was put first comes out first.
import { ordered } from './ordered.js';

export const fifoQueue = ordered({
  name: 'fifo-queue',
  summary: 'A queue: enqueue, dequeue and peek; null means that it was empty.',
  put: 'enqueue',
  take: 'dequeue',
  look: 'peek',
  order: 'first',
});
