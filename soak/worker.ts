// A process that runs the pieces it is sent, one after the other, until its parent goes away.
import { type Piece, work } from './work.js';

// Ctrl-C goes to all processes of a terminal; the parent decides what ends.
process.on('SIGINT', () => undefined);
process.on('message', async (piece: Piece) => {
  const done = await work(piece);
  if (process.connected) process.send!(done);
});
