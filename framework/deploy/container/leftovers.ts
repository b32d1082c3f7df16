// Finds and removes what runs have made in a container engine, by its labels.
import { ChaosError } from '../../contracts/error.js';
import { type Engine, lastLine } from './engine.js';
import { type Owner, ownerIn, RUN_LABEL } from './owner.js';

export interface Made {
  kind: 'container' | 'network';
  id: string;
  name: string;
  owner: Owner;
}

/** As `inspect` shows containers and networks, of Docker and of Podman. */
interface Inspected {
  Id?: string;
  id?: string;
  Name?: string;
  name?: string;
  Labels?: Record<string, string> | null;
  labels?: Record<string, string> | null;
  Config?: { Labels?: Record<string, string> | null };
}

const LISTS: Readonly<
  Record<Made['kind'], { list: readonly string[]; inspect: readonly string[]; remove: readonly string[] }>
> = {
  container: {
    list: ['ps', '--all', '--quiet', '--no-trunc'],
    inspect: ['container', 'inspect'],
    remove: ['rm', '--force', '--volumes'],
  },
  network: { list: ['network', 'ls', '--quiet'], inspect: ['network', 'inspect'], remove: ['network', 'rm'] },
};

/** How often removing is tried again: an engine may still be busy with the end of a container. */
const ATTEMPTS = 4;
const PAUSE = 250;

/** Everything that has our labels; `run`: of this run alone. */
export async function findMade(engine: Engine, kind: Made['kind'], run?: string): Promise<Made[]> {
  const { list, inspect } = LISTS[kind];
  const label = run === undefined ? RUN_LABEL : `${RUN_LABEL}=${run}`;
  const ids = await engine.lines(`list its ${kind}s`, [...list, '--filter', `label=${label}`]);
  if (ids.length === 0) return [];
  // What disappears in this moment is only missing from the answer.
  const { stdout } = await engine.try([...inspect, ...ids]);
  return inspectedIn(stdout).flatMap((shown) => {
    const owner = ownerIn(shown.Config?.Labels ?? shown.Labels ?? shown.labels);
    const id = shown.Id ?? shown.id;
    const name = (shown.Name ?? shown.name ?? id)?.replace(/^\//, '');
    return owner === null || id === undefined || name === undefined ? [] : [{ kind, id, name, owner }];
  });
}

/**
 * Removes containers, then networks, of all that `find` returns, until it returns nothing. Rejects with
 * ChaosError('engine-leftovers'), which names what stays.
 */
export async function removeMade(engine: Engine, find: (kind: Made['kind']) => Promise<Made[]>): Promise<void> {
  for (const kind of ['container', 'network'] as const) {
    let found = await find(kind);
    let why = '';
    for (let attempt = 0; found.length > 0 && attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE * attempt));
      const said = await engine.try([...LISTS[kind].remove, ...found.map(({ id }) => id)], { timeout: 120_000 });
      if (said.code === 0) break;
      why = lastLine(said.stderr);
      found = await find(kind);
    }
    if (found.length > 0 && why !== '') {
      found = await find(kind);
      if (found.length > 0) throw stays(engine, kind, found, why);
    }
  }
}

function stays(engine: Engine, kind: Made['kind'], found: readonly Made[], why: string): ChaosError {
  const names = found.map(({ name }) => name).join(' ');
  return new ChaosError('engine-leftovers', `${engine.kind} could not remove the ${kind}s ${names}: ${why}`, {
    hint: `Remove them later: chaos clean, or ${engine.kind} ${LISTS[kind].remove.join(' ')} ${names}`,
  });
}

function inspectedIn(stdout: string): Inspected[] {
  try {
    const shown: unknown = JSON.parse(stdout);
    return Array.isArray(shown) ? (shown as Inspected[]) : [];
  } catch {
    return [];
  }
}
