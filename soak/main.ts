// npm run soak [-- PLAN...]: many seeds of every shipped plan. Ends with 1 when a valid plan is not, a planted bug or a weakness
// is not found often enough, or something is found where no bug is planted.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChaosError } from '../framework/contracts/error.js';
import { runCrew } from '../fuzz/crew.js';
import { claimsOf, rarity } from './claims.js';
import { add, rowOf, type Tally } from './tally.js';
import { progress, table } from './tell.js';
import { parseWords, type Words } from './words.js';
import { type Done, loadCells, type Piece } from './work.js';

const SAY_EVERY = 5000;
/** Seeds in a piece: some seconds. */
const PIECE = 10;
const worker = fileURLToPath(new URL('./worker.js', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Plans of programs, which need processes and real time. */
const NOT_SIMULATED = new Set(['maelstrom', 'command']);

function shipped(): string[] {
  const folders = readdirSync(join(root, 'plans'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.filter(({ name }) => !NOT_SIMULATED.has(name)).map(({ name }) => join(root, 'plans', name));
}

async function tallies(paths: readonly string[]): Promise<Tally[]> {
  const all: Tally[] = [];
  for (const claim of claimsOf(paths.length === 0 ? shipped() : paths, root)) {
    const [plan] = await loadCells(claim);
    const { definition, options } = plan!.system;
    const rare = rarity(definition, claim.kind, claim.file, options['bug']);
    all.push({ claim, rare, outcomes: [], simulated: 0, spent: 0 });
  }
  return all;
}

async function soak({ paths, seeds, workers, json }: Words): Promise<number> {
  const all = await tallies(paths);
  const pieces: Piece[] = [];
  for (let from = 1; from <= seeds; from += PIECE) {
    const to = Math.min(seeds, from + PIECE - 1);
    for (const [claim, tally] of all.entries()) {
      pieces.push({ claim, file: tally.claim.file, set: tally.claim.set, from, to });
    }
  }
  const start = performance.now();
  let done = 0;
  let lost = 0;
  const say = () => process.stderr.write(`${progress(done, all.length * seeds, (performance.now() - start) / 1000)}\n`);
  const timer = setInterval(say, SAY_EVERY);
  let interrupted = false;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      interrupted = true;
      pieces.length = 0;
    });
  }
  await runCrew<Piece, Done>(worker, workers, {
    next: () => pieces.shift(),
    done(result) {
      done += result.piece.to - result.piece.from + 1;
      add(all[result.piece.claim]!, result);
    },
    lost(piece, how) {
      lost++;
      process.stderr.write(`a worker ended with ${how} at ${JSON.stringify(piece)}\n`);
    },
  });
  clearInterval(timer);
  say();
  const rows = all.map(rowOf);
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${table(rows)}\n`);
  if (interrupted) return 130;
  return lost > 0 || rows.some(({ ok }) => !ok) ? 1 : 0;
}

try {
  process.exitCode = await soak(parseWords(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof ChaosError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint ?? ''}\n`);
  process.exitCode = 254;
}
