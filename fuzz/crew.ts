// Hands pieces of work to processes, as many as there are cores, and what comes of them to the caller.
import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';

export interface Crew<Piece, Done> {
  /** Takes the next piece; undefined: there is none left. */
  next: () => Piece | undefined;
  done: (done: Done) => void;
  /** A process ended that should not have. */
  lost: (piece: Piece | undefined, how: string) => void;
}

/** Resolves when every process has ended. `script` is a compiled worker. */
export async function runCrew<P, D>(script: string, workers: number, crew: Crew<P, D>): Promise<void> {
  await Promise.all(Array.from({ length: workers }, () => runWorker(script, crew)));
}

async function runWorker<P, D>(script: string, crew: Crew<P, D>): Promise<void> {
  const child = fork(script);
  let piece = crew.next();
  child.on('message', (done: D) => {
    crew.done(done);
    piece = give(child, crew);
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  if (piece === undefined) child.disconnect();
  else send(child, piece);
  const [code, signal] = await ended;
  if (code !== 0) crew.lost(piece, signal ?? `exit code ${code}`);
}

function give<P, D>(child: ChildProcess, crew: Crew<P, D>): P | undefined {
  const piece = crew.next();
  if (piece === undefined) child.disconnect();
  else send(child, piece);
  return piece;
}

/** Pieces are plain JSON. */
function send(child: ChildProcess, piece: unknown): void {
  child.send(piece as Serializable);
}
