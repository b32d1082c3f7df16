// A process that judges the pieces it is sent, one after the other, until its parent goes away.
import { modelNamed } from '../checkers/linearizable/models/table.js';
import { type Piece, work } from './work.js';

// Ctrl-C goes to all processes of a terminal; the parent decides what ends.
process.on('SIGINT', () => undefined);
process.on('message', (piece: Piece) => {
  const done = work(piece, modelNamed(piece.model)!);
  if (process.connected) process.send!(done);
});
