// Refuses what the system and its deployment cannot do together, and names a deployment that can.
import { CAPABILITIES, type Capability } from '../contracts/capability.js';
import { type AnyDeployment, type Capabilities, offered } from '../contracts/deployment.js';
import type { OptionValues } from '../contracts/options.js';
import type { AnySystem } from '../contracts/system.js';
import type { Scope } from './definitions.js';
import { orList } from './diagnostics.js';
import type { ReadFault } from './faults.js';
import type { Subject } from './subject.js';
import type { Span } from './tree.js';

type Runtime = keyof Capabilities;

const RUNTIME_WORDS: Readonly<Record<Runtime, string>> = {
  protocol: 'reference nodes',
  program: 'Maelstrom programs',
  lifecycle: 'programs that are installed and started by commands',
};

/** What each kind of system brings, in the order of preference. */
const RUNTIMES: readonly (readonly [Runtime, (system: AnySystem) => boolean])[] = [
  ['protocol', ({ nodes }) => nodes !== undefined],
  ['program', ({ program }) => program !== undefined],
  ['lifecycle', ({ lifecycle }) => lifecycle !== undefined],
];

/** How the system would run there, and what can be done to it; null: it cannot. */
function offerTo(system: AnySystem, deployment: AnyDeployment, options: OptionValues): readonly Capability[] | null {
  const offer = offered(deployment, options);
  const runtime = RUNTIMES.find(([name, fits]) => fits(system) && offer[name] !== undefined)?.[0];
  return runtime === undefined ? null : offer[runtime]!;
}

/** Reports (once) everything that cannot work. */
export async function checkFeasible(
  system: Subject<'system'>,
  deploy: Subject<'deployment'>,
  faults: readonly ReadFault[],
  leaderRoute: Span | undefined,
  scope: Scope,
): Promise<void> {
  const pair = { system: system.found.definition, deployment: deploy.found.definition };
  const here = offerTo(pair.system, pair.deployment, deploy.options?.values ?? {});
  if (here === null) await refuseRuntime(pair, deploy.span, scope);
  // Where it cannot run at all, what no other deployment could do either is still worth telling.
  const offered = here ?? (await capabilitiesAnywhere(pair.system, scope));
  for (const fault of faults) await checkFault(fault, pair, offered, scope);
  if (leaderRoute !== undefined)
    await checkReports(leaderRoute, 'clients cannot be routed to the leader', pair, offered, scope);
}

async function capabilitiesAnywhere(system: AnySystem, { catalog }: Scope): Promise<readonly Capability[]> {
  return (await catalog.all('deployment')).flatMap((deployment) => offerTo(system, deployment, {}) ?? []);
}

interface Pair {
  system: AnySystem;
  deployment: AnyDeployment;
}

function kindOf(system: AnySystem): Runtime | undefined {
  return RUNTIMES.find(([, fits]) => fits(system))?.[0];
}

async function refuseRuntime({ system, deployment }: Pair, span: Span, scope: Scope): Promise<void> {
  const kind = kindOf(system);
  if (kind === undefined) {
    scope.problems.add(
      span,
      `system ${system.name} has neither nodes nor a program nor a lifecycle: nothing can be started`,
    );
    return;
  }
  const possible = (await scope.catalog.all('deployment')).filter((other) => offerTo(system, other, {}) !== null);
  const names = possible.map(({ name }) => name);
  const message = `system ${system.name} runs as ${RUNTIME_WORDS[kind]}, which deployment ${deployment.name} cannot do`;
  scope.problems.add(span, message, { hint: useInstead(names) });
}

async function checkFault(fault: ReadFault, pair: Pair, offered: readonly Capability[], scope: Scope): Promise<void> {
  const { definition, needs, targets } = fault;
  const missing = needs.filter((need) => need !== 'reports' && !offered.includes(need));
  const instead = missing.length === 0 ? null : fault.instead(offered);
  if (needs.includes('membership') && pair.system.membership === undefined) {
    scope.problems.add(
      fault.span,
      `nemesis ${definition.name}: the members of system ${pair.system.name} cannot change`,
    );
    return;
  }
  const runtime = RUNTIME_WORDS[kindOf(pair.system) ?? 'protocol'];
  for (const [elsewhere, group] of await byRemedy(missing, pair, scope)) {
    const told = group.map((need) => `"${need}" (${CAPABILITIES[need]})`).join(' and ');
    const message = `nemesis ${definition.name} needs ${told}; deployment ${pair.deployment.name} cannot do that to ${runtime}`;
    scope.problems.add(fault.span, message, { hint: instead === null ? elsewhere : `${elsewhere} ${instead}` });
  }
  if (needs.includes('reports')) {
    await checkReports(fault.span, `nemesis ${definition.name} has to know the leader`, pair, offered, scope);
  } else if (targets === 'leader' || targets === 'followers') {
    const whom = targets === 'leader' ? 'the leader' : 'followers';
    await checkReports(fault.targetSpan, `nemesis ${definition.name} cannot find ${whom}`, pair, offered, scope);
  }
}

/** By where they can be had, so that what has one remedy is told once. */
async function byRemedy(missing: readonly Capability[], pair: Pair, scope: Scope): Promise<Map<string, Capability[]>> {
  const found = new Map<string, Capability[]>();
  for (const need of missing) {
    const elsewhere = useInstead(await deploymentsWith(need, pair, scope));
    found.set(elsewhere, [...(found.get(elsewhere) ?? []), need]);
  }
  return found;
}

async function checkReports(
  span: Span,
  what: string,
  pair: Pair,
  offered: readonly Capability[],
  scope: Scope,
): Promise<void> {
  const { system, deployment } = pair;
  if (system.reports !== true) {
    scope.problems.add(span, `${what}: nodes of system ${system.name} do not report who leads`);
  } else if (!offered.includes('reports')) {
    const hint = useInstead(await deploymentsWith('reports', pair, scope));
    scope.problems.add(span, `${what}: deployment ${deployment.name} does not pass on what nodes report`, { hint });
  }
}

async function deploymentsWith(need: Capability, { system }: Pair, { catalog }: Scope): Promise<string[]> {
  const all = await catalog.all('deployment');
  return all.filter((other) => offerTo(system, other, {})?.includes(need) === true).map(({ name }) => name);
}

function useInstead(names: readonly string[]): string {
  if (names.length === 0) return 'No deployment can do this with this system.';
  return names.length === 1 ? `It works with deploy: ${names[0]}.` : `It works with deploy: ${orList(names)}.`;
}
