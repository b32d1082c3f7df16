// The image of a run's containers: one that is named, or one that is built from this machine without any registry.
import { Readable } from 'node:stream';
import { ChaosError } from '../../contracts/error.js';
import { type Engine, lastLine } from './engine.js';
import { nodeImage } from './image-files.js';
import { tarOf } from './tar.js';

/** As in a plan: its name, or how it is built. */
export type ImageChoice = string | { from: 'scratch-with-node' };

export const IMAGE_LABEL = 'chaos.image';
const REPOSITORY = 'localhost/chaos-node';

/** As Go calls what Node calls the architecture. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ppc64: 'ppc64le' };

const SETTINGS = [
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'WORKDIR /',
  'CMD ["/bin/sh"]',
  `LABEL ${IMAGE_LABEL}=node`,
];

/** The name under which the engine has the image, pulled or built where it was absent. */
export function ensureImage(
  engine: Engine,
  choice: ImageChoice,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const stop = signal === undefined ? {} : { signal };
  return typeof choice === 'string' ? pulled(engine, choice, say, stop) : built(engine, say, stop);
}

type Stop = { signal?: AbortSignal };

/** Rejects with ChaosError('image-unavailable'). */
async function pulled(engine: Engine, name: string, say: (line: string) => void, stop: Stop): Promise<string> {
  if (await exists(engine, name)) return name;
  say(`pulling the image ${name}`);
  const said = await engine.try(['pull', '--quiet', '--', name], { timeout: 600_000, ...stop });
  if (said.code === 0) return name;
  const why = lastLine(said.stderr);
  throw new ChaosError('image-unavailable', `${engine.kind} has no image ${name} and cannot pull it: ${why}`, {
    hint: `Build it (${engine.kind} build -t ${name} FOLDER), load it (${engine.kind} load -i FILE), or let chaos build one for reference nodes: image: { from: scratch-with-node }.`,
  });
}

/** Rejects with ChaosError('image-not-built'), or 'program-missing'. */
async function built(engine: Engine, say: (line: string) => void, stop: Stop): Promise<string> {
  checkMachine(engine);
  const { tag, entries, without } = await nodeImage();
  const name = `${REPOSITORY}:${tag}`;
  if (without.length > 0) say(`the image has no ${without.join(', ')}: this machine does not have it`);
  if (await exists(engine, name)) return name;
  const start = performance.now();
  const changes = SETTINGS.flatMap((setting) => ['--change', setting]);
  const input = Readable.from(tarOf(entries), { objectMode: false });
  const said = await engine.try(['import', ...changes, '-', name], { input, timeout: 300_000, ...stop });
  if (said.code !== 0) {
    throw new ChaosError(
      'image-not-built',
      `${engine.title} could not take the image ${name}: ${lastLine(said.stderr)}`,
      {
        hint: 'See that its storage has 200 MB of room, or name an image that has Node 20.',
      },
    );
  }
  say(`built the image ${name} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return name;
}

/** Node of this machine has to run in the engine's containers. */
function checkMachine(engine: Engine): void {
  const here = GO_ARCHITECTURES[process.arch] ?? process.arch;
  if (process.platform === 'linux' && (engine.architecture === '' || engine.architecture === here)) return;
  throw new ChaosError(
    'image-not-built',
    `an image for ${engine.title} (linux/${engine.architecture}) cannot be built from this machine (${process.platform}/${here})`,
    { hint: `Name an image that has Node 20, as in image: node:20 (${engine.kind} pulls it).` },
  );
}

async function exists(engine: Engine, name: string): Promise<boolean> {
  return (await engine.try(['image', 'inspect', '--format', '{{.Id}}', '--', name])).code === 0;
}
