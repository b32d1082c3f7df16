// Hands pieces of work to processes, as many as there are cores, and what comes of them to the caller.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Done, Piece } from './work.js';

export interface Crew {
  /** Takes the next piece; undefined: there is none left. */
  next: () => Piece | undefined;
  done: (done: Done) => void;
  /** A process ended that should not have. */
  lost: (piece: Piece | undefined, how: string) => void;
}

/** Resolves when every process has ended. `script` is a compiled worker. */
export async function runCrew(script: string, workers: number, crew: Crew): Promise<void> {
  await Promise.all(Array.from({ length: workers }, () => runWorker(script, crew)));
}

async function runWorker(script: string, crew: Crew): Promise<void> {
  const child = fork(script);
  let piece = crew.next();
  child.on('message', (done: Done) => {
    crew.done(done);
    piece = give(child, crew);
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  if (piece === undefined) child.disconnect();
  else child.send(piece);
  const [code, signal] = await ended;
  if (code !== 0) crew.lost(piece, signal ?? `exit code ${code}`);
}

function give(child: ChildProcess, crew: Crew): Piece | undefined {
  const piece = crew.next();
  if (piece === undefined) child.disconnect();
  else child.send(piece);
  return piece;
}
