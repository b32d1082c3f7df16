// The private network of a run, in a range of addresses that nothing else on this machine uses.
import { ChaosError } from '../../contracts/error.js';
import { type Engine, lastLine } from './engine.js';
import { runCli } from './engine-cli.js';
import { candidates, networkSubnets, overlap, parseSubnet, routedIn, type Subnet, showSubnet } from './subnet.js';

/** How often a range that somebody else took in the same moment is given up for the next. */
const ATTEMPTS = 20;

const TAKEN = /overlap|already used|already in use|conflicts with|subnet.*is used/i;

/**
 * Makes it and returns its range. `wanted`: the range, as in a plan; null: a free one. Rejects with ChaosError('network-not-made').
 */
export async function makeNetwork(
  engine: Engine,
  name: string,
  labels: readonly string[],
  wanted: string | null,
): Promise<Subnet> {
  const free = wanted === null ? await freeSubnets(engine) : [asWritten(wanted)];
  let why = 'no range of addresses is free';
  for (const subnet of free) {
    const said = await engine.try(creation(engine, name, labels, subnet));
    if (said.code === 0) return subnet;
    why = lastLine(said.stderr);
    if (!TAKEN.test(said.stderr)) break;
  }
  throw new ChaosError('network-not-made', `${engine.title} could not make the network ${name}: ${why}`, {
    hint:
      wanted === null
        ? 'See which networks there are (network ls), remove what is not needed, or name a free range: subnet: 10.200.0.0/24.'
        : `See what uses ${wanted} (ip route; ${engine.kind} network ls), name another range, or leave subnet out.`,
  });
}

function creation(engine: Engine, name: string, labels: readonly string[], subnet: Subnet): string[] {
  // Names come from each container's own file of hosts, so that no server for names has to run beside them.
  const own = engine.kind === 'podman' ? ['--disable-dns'] : [];
  return ['network', 'create', '--subnet', showSubnet(subnet), ...own, ...labels, name];
}

function asWritten(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet !== null && subnet.bits >= 8 && subnet.bits <= 28) return subnet;
  throw new ChaosError('network-not-made', `"${text}" is no range of addresses for containers`, {
    kind: 'usage',
    hint: 'Write it as 10.200.0.0/24: the first address of the range, and a prefix of 8 to 28 bits.',
  });
}

async function freeSubnets(engine: Engine): Promise<Subnet[]> {
  const [networks, routes] = await Promise.all([
    engineSubnets(engine),
    runCli(['ip', '-j', 'route', 'show', 'table', 'all']),
  ]);
  const taken = [...networks, ...routedIn(routes.stdout)];
  const free: Subnet[] = [];
  // Runs that begin together look at different ranges first.
  for (const subnet of candidates(process.pid)) {
    if (!taken.some((other) => overlap(other, subnet))) free.push(subnet);
    if (free.length === ATTEMPTS) break;
  }
  return free;
}

async function engineSubnets(engine: Engine): Promise<Subnet[]> {
  const ids = await engine.lines('list its networks', ['network', 'ls', '--quiet']);
  if (ids.length === 0) return [];
  // A network that was removed in this moment is only missing from the answer.
  const { stdout } = await engine.try(['network', 'inspect', ...ids]);
  try {
    return networkSubnets(JSON.parse(stdout));
  } catch {
    return [];
  }
}
