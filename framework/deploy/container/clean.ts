// Removes what runs that died have left in the container engines of this machine.
import { ChaosError } from '../../contracts/error.js';
import { ENGINES, type Engine, lastLine, probeEngine } from './engine.js';
import type { EngineKind } from './engine-answer.js';
import { IMAGE_LABEL } from './image.js';
import { findMade, type Made, removeMade } from './leftovers.js';
import { isDead } from './owner.js';

export interface CleanOptions {
  /** Also images that were built for nodes, which runs otherwise use again. */
  images?: boolean;
  /** Engines to look into; all where it is left out. */
  engines?: readonly EngineKind[];
}

/**
 * Looks into every engine that answers, and returns a line for each container, network and image that was removed, or with `dry` is
 * to be removed. What belongs to a process that lives, or to another machine, stays. Rejects with ChaosError('engine-leftovers')
 * when something could not be removed.
 */
export async function cleanContainers(dry: boolean, options: CleanOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  for (const engine of await answering(options.engines)) {
    lines.push(...(await cleanMade(engine, dry)));
    if (options.images === true) lines.push(...(await cleanImages(engine, dry)));
  }
  return lines;
}

/** Images that were built for nodes, a line for each. */
export async function keptImages(engines?: readonly EngineKind[]): Promise<string[]> {
  const found = await Promise.all((await answering(engines)).map(imagesOf));
  return found.flat().map(({ title, size }) => `${title} (${size})`);
}

async function answering(kinds: readonly EngineKind[] = ENGINES): Promise<Engine[]> {
  const engines = (await Promise.all(kinds.map(probeEngine))).flatMap((probe) =>
    'engine' in probe ? [probe.engine] : [],
  );
  // A `docker` that is Podman's own is looked into once.
  return engines.filter((engine, at) => engines.findIndex(({ kind }) => kind === engine.kind) === at);
}

async function cleanMade(engine: Engine, dry: boolean): Promise<string[]> {
  const find = async (kind: Made['kind']) => (await findMade(engine, kind)).filter(({ owner }) => isDead(owner));
  const found = [...(await find('container')), ...(await find('network'))];
  if (!dry && found.length > 0) await removeMade(engine, find);
  return found.map(
    ({ kind, name, owner }) => `${engine.kind} ${kind} ${name} (run ${owner.run}, process ${owner.pid} has ended)`,
  );
}

async function cleanImages(engine: Engine, dry: boolean): Promise<string[]> {
  const images = await imagesOf(engine);
  const names = images.map(({ name }) => name);
  if (!dry && names.length > 0) {
    const said = await engine.try(['rmi', ...names]);
    if (said.code !== 0) {
      throw new ChaosError(
        'engine-leftovers',
        `${engine.kind} could not remove all of ${names.join(' ')}: ${lastLine(said.stderr)}`,
        {
          hint: 'Containers that use them have to be removed first.',
        },
      );
    }
  }
  return images.map(({ title }) => title);
}

async function imagesOf(engine: Engine): Promise<{ name: string; title: string; size: string }[]> {
  const lines = await engine.lines('list its images', [
    ...['images', '--filter', `label=${IMAGE_LABEL}`, '--format', '{{.Repository}}:{{.Tag}} {{.Size}}'],
  ]);
  return lines.map((line) => {
    const [name = '', ...size] = line.split(' ');
    return { name, title: `${engine.kind} image ${name}`, size: size.join(' ') };
  });
}
