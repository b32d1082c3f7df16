// Undoes what runs that died have left in force on hosts: through the helper, or by hand where none can be had.
import { randomBytes } from 'node:crypto';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { attachCommand, helperProgram } from '../helper/bundle.js';
import { HelperClient } from '../helper/client.js';
import { titleOf } from '../host/errors.js';
import type { Host } from '../host/host.js';
import { lookCommand, SWEEP_COMMAND } from './heal-script.js';
import { interpreterOn } from './on-hosts.js';
import { type HostReport, preflight } from './preflight.js';
import { hasRoot } from './preflight-checks.js';
import { equipToHeal, withVariables } from './provisions.js';
import { Staging } from './staging.js';

/** What was done on a host, and what could not be. */
export interface Healing {
  host: Host;
  done: readonly string[];
  problems: readonly string[];
}

export interface HealSettings {
  /** Folder on every host for all that is ours. */
  workspace: string;
  /** Whether sudo may be asked. */
  sudo: boolean;
}

/** For each step on a host. */
const LIMIT: Milliseconds = 20_000;
/** The helper that heals ends by itself if we die meanwhile. */
const BOUND: Milliseconds = 15_000;
const HELPER = 'helper.mjs';

/** All hosts at once; never rejects: what goes wrong is said of its host. A run that still uses a host is ended. */
export async function healHosts(hosts: Iterable<Host>, settings: HealSettings): Promise<Healing[]> {
  const reports = await preflight(hosts, { ...settings, ports: [], needs: [], nodes: 'own' });
  return Promise.all(reports.map((report) => healHost(report, settings)));
}

/** A line for each host. Throws ChaosError('heal') that tells of all hosts when one could not be healed. */
export function healingLines(healings: readonly Healing[]): string[] {
  const lines = healings.map(({ host, done, problems }) => {
    const all = [...done, ...problems.map((problem) => `not healed: ${problem}`)];
    return `${titleOf(host)}: ${all.length === 0 ? 'nothing to heal' : all.join('; ')}`;
  });
  const bad = healings.filter(({ problems }) => problems.length > 0).length;
  if (bad === 0) return lines;
  throw new ChaosError(
    'heal',
    `${bad} of ${healings.length} hosts could not be healed:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      hint: 'heal again when they can be reached; a helper that still runs there takes back everything by itself',
    },
  );
}

async function healHost(report: HostReport, { workspace }: HealSettings): Promise<Healing> {
  const { host, facts, checks } = report;
  if (facts === null) {
    return { host, done: [], problems: checks.flatMap(({ problem }) => (problem === undefined ? [] : [problem.what])) };
  }
  const root = hasRoot(facts);
  const done: string[] = [];
  const problems: string[] = [];
  const attempt = async (step: () => Promise<void>) => {
    await step().catch((error: unknown) => problems.push(messageOf(error).replace(`${titleOf(host)}: `, '')));
  };
  let env = {};
  await attempt(async () => {
    const left = await remembered(host, `${workspace}/helper`, root);
    if (left === null) return;
    env = await equipToHeal(report, workspace);
    await byHelper(report, { workspace, root, env });
    done.push(left);
  });
  await attempt(async () => {
    const { stdout } = await host.run(SWEEP_COMMAND, { root, env, timeout: LIMIT, repeatable: true });
    const told = sweepTold(stdout);
    done.push(...told.done);
    problems.push(...told.problems);
  });
  return { host, done, problems };
}

/** What a helper has in force or has left, in words; null: there is none. */
async function remembered(host: Host, folder: string, root: boolean): Promise<string | null> {
  const { stdout } = await host.run(lookCommand(folder), { root, timeout: LIMIT, repeatable: true });
  return stdout.trim() === '' ? null : leftText(stdout);
}

/** `run ab12 is ended, and its faults are taken back (network, processes)`. */
export function leftText(state: string): string {
  const { owner, modules } = parseState(state);
  const whose = owner?.run === undefined || owner.run === '' ? 'what an earlier run left' : `run ${owner.run}`;
  const names = Object.keys(modules ?? {});
  const what = names.length === 0 ? '' : ` (${names.join(', ')})`;
  return owner?.keep === true
    ? `the faults of ${whose} are taken back${what}, its nodes stay`
    : `${whose} is ended${what}`;
}

interface State {
  owner?: { run?: string; keep?: boolean };
  modules?: Record<string, unknown>;
}

function parseState(text: string): State {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** A helper takes back what the one before it left, and what belongs to another run; then it ends. */
async function byHelper(
  report: HostReport,
  { workspace, root, env }: { workspace: string; root: boolean; env: Readonly<Record<string, string>> },
): Promise<void> {
  const { host } = report;
  const node = withVariables(env, await interpreterOn(report, workspace));
  const paths = await new Staging(host, `${workspace}/programs`).texts({ [HELPER]: await helperProgram() });
  const client = await HelperClient.attach(host, attachCommand(node, paths[HELPER]!, `${workspace}/helper`), {
    run: `heal-${randomBytes(4).toString('hex')}`,
    bound: BOUND,
    keep: false,
    root,
    onEvent: () => {},
    onLost: () => {},
  });
  await client.close();
}

/** From what the sweep prints. */
export function sweepTold(stdout: string): { done: string[]; problems: string[] } {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const count = (word: string) => Number(new RegExp(`^${word} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  const [woken, alive] = [count('woken'), count('alive')];
  return {
    done: [
      ...lines.filter((line) => line.startsWith('removed ')),
      ...(woken === 0 ? [] : [`woke ${woken} ${woken === 1 ? 'process' : 'processes'} of nodes`]),
      ...(alive === 0 ? [] : [`${alive} ${alive === 1 ? 'process' : 'processes'} of nodes still run there`]),
    ],
    problems: lines.filter((line) => line.startsWith('failed ')),
  };
}
