// How a configuration is laid out, wherever it is kept: level, state, a mask with a bit for each slot whose operation has taken
// effect before its return, and last the set of pending operations in effect.

/** Completed operations that have returned. */
export const LEVEL = 0;
export const STATE = 1;
/** First of the words of the mask. */
export const MASK = 2;
