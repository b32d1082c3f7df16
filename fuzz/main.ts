// npm run fuzz [-- MODEL...]: random histories of every model, judged in every way there is. Ends with 1 when two judges differ.
import { fileURLToPath } from 'node:url';
import { ChaosError } from '../framework/contracts/error.js';
import { runCrew } from './crew.js';
import { Queue } from './queue.js';
import { disagreed, progress, summary } from './tell.js';
import { parseWords, type Words } from './words.js';
import { add, type Disagreement, type Done, emptyTally, type Piece, type Tally } from './work.js';

const SAY_EVERY = 5000;
const worker = fileURLToPath(new URL('./worker.js', import.meta.url));

async function fuzz({ models, seed, histories, from, minutes, workers }: Words): Promise<number> {
  const start = performance.now();
  const queue = new Queue(models, seed, from, from + histories);
  const tallies = new Map<string, Tally>(models.map((model) => [model, emptyTally()]));
  const found: Disagreement[] = [];
  let lost = 0;
  let interrupted = false;
  const say = () =>
    process.stderr.write(`${progress(tallies, models.length * histories, (performance.now() - start) / 1000)}\n`);
  const timer = setInterval(say, SAY_EVERY);
  const end = minutes === null ? undefined : setTimeout(() => queue.clear(), minutes * 60_000);
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      interrupted = true;
      queue.clear();
    });
  }
  await runCrew<Piece, Done>(worker, workers, {
    next: () => queue.next(),
    done({ piece, tally, disagreement }) {
      add(tallies.get(piece.model)!, tally);
      if (disagreement === null) return;
      found.push(disagreement);
      queue.drop(piece.model);
      process.stdout.write(`${disagreed(disagreement)}\n`);
    },
    lost(piece, how) {
      lost++;
      process.stderr.write(`a worker ended with ${how} at ${JSON.stringify(piece)}\n`);
    },
  });
  clearInterval(timer);
  clearTimeout(end);
  say();
  process.stdout.write(`${summary(tallies)}\n`);
  if (found.length > 0 || lost > 0) return 1;
  return interrupted ? 130 : 0;
}

try {
  process.exitCode = await fuzz(parseWords(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof ChaosError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint}\n`);
  process.exitCode = 254;
}
