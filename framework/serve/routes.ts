// Which address shows what. Names in addresses reach files through `Inside` only.
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { messageOf } from '../contracts/error.js';
import type { Inside } from '../store/inside.js';
import type { IndexedRun, RunIndex } from '../store/run-index.js';
import { FILES } from '../store/store.js';
import { type Compared, cannotCompare, comparePage } from './compare-page.js';
import { viewOf } from './filter.js';
import { listPage } from './list-page.js';
import type { Live } from './live.js';
import { livePage } from './live-page.js';
import { planPage } from './plan-page.js';
import { type Asked, pathTo } from './request.js';
import { COMMON_HEADERS, sendError, sendIcon, sendPage, sendRedirect } from './respond.js';
import { filesOf } from './run-files.js';
import { runPage } from './run-page.js';
import { attachment, isOwnReport, REPORT, sendFile } from './send-file.js';
import { archiveOf, writeArchive } from './zip.js';

/** What every answer rests on. */
export interface Site {
  readonly inside: Inside;
  readonly index: RunIndex;
  readonly live: Live;
  /** The results folder as the user typed it. */
  readonly shown: string;
  readonly archives: { running: number };
}

type Route = (site: Site, asked: Asked, response: ServerResponse, names: readonly string[]) => Promise<void> | void;

/** By the first part of the path; `names` is what follows it. */
const ROUTES: Readonly<Record<string, Route>> = {
  'icon.svg': (_site, asked, response) => sendIcon(asked, response),
  plan,
  run,
  latest,
  compare,
  zip,
  live,
};

const MOST_ARCHIVES = 2;
const MOST_SHOWN = 300;
const LONGEST_PLAN = 1 << 20;
const LONGEST_RESULT = 64 << 20;

export async function answer(site: Site, asked: Asked, response: ServerResponse): Promise<void> {
  const [first, ...names] = asked.names;
  if (first === undefined) {
    sendPage(asked, response, listPage(await site.index.list(), viewOf(asked.query)));
    return;
  }
  const route = Object.hasOwn(ROUTES, first) ? ROUTES[first] : undefined;
  if (route === undefined) notFound(asked, response);
  else await route(site, asked, response, names);
}

function notFound(asked: Asked, response: ServerResponse): void {
  sendError(asked, response, 404, 'There is nothing of that name among the results.');
}

async function plan(site: Site, asked: Asked, response: ServerResponse, names: readonly string[]): Promise<void> {
  const [name] = names;
  const runs = names.length === 1 ? (await site.index.list()).filter((each) => each.plan === name) : [];
  if (name === undefined || runs.length === 0) notFound(asked, response);
  else sendPage(asked, response, planPage(name, runs, asked.query.get('function') ?? ''));
}

/** `/latest`: the newest run. */
async function latest(site: Site, asked: Asked, response: ServerResponse): Promise<void> {
  const [newest] = await site.index.list();
  if (newest === undefined) notFound(asked, response);
  else sendRedirect(response, `${pathTo('run', newest.plan, newest.name)}/`);
}

/** `/run/<plan>/<run>/`: its page; below it, its files. */
async function run(site: Site, asked: Asked, response: ServerResponse, names: readonly string[]): Promise<void> {
  const [planName, runName, ...file] = names;
  if (planName === undefined || runName === undefined) {
    notFound(asked, response);
    return;
  }
  // `latest` is a link: whoever follows it sees where it leads.
  const real = site.inside.namesOf([planName, runName]);
  const [realPlan = '', realRun = ''] = real?.length === 2 ? real : [];
  if (realPlan === '') {
    notFound(asked, response);
    return;
  }
  if (realPlan !== planName || realRun !== runName) {
    sendRedirect(response, `${pathTo('run', realPlan, realRun, ...file)}${file.length === 0 ? '/' : ''}`);
    return;
  }
  const found = site.index.get(planName, runName);
  if (found === null) {
    notFound(asked, response);
    return;
  }
  if (file.length > 0) return oneFile(site, asked, response, found, file);
  if (!asked.slash) {
    sendRedirect(response, `${pathTo('run', planName, runName)}/`);
    return;
  }
  const files = filesOf(site.inside, [planName, runName], MOST_SHOWN);
  if (found.state === 'running') {
    sendPage(asked, response, livePage(found, files));
    return;
  }
  sendPage(
    asked,
    response,
    runPage({
      run: found,
      files,
      result: resultOf(site, found),
      plan: planOf(site, found),
      previous: previousOf(await site.index.list(), found),
      foreignReport: hasForeignReport(site, found),
      folder: join(site.shown, planName, runName),
    }),
  );
}

async function oneFile(
  site: Site,
  asked: Asked,
  response: ServerResponse,
  found: IndexedRun,
  names: readonly string[],
): Promise<void> {
  const path = [found.plan, found.name, ...names];
  // A link inside of the run's folder must not lead out of the run.
  const real = site.inside.namesOf(path);
  const file = real?.[0] === found.plan && real[1] === found.name ? site.inside.open(path) : null;
  if (file === null) notFound(asked, response);
  else await sendFile(asked, response, file, names);
}

function hasForeignReport({ inside }: Site, { plan: name, name: runName }: IndexedRun): boolean {
  const report = inside.open([name, runName, REPORT]);
  return report !== null && !isOwnReport(report);
}

function previousOf(runs: readonly IndexedRun[], { plan: name, name: runName }: IndexedRun): IndexedRun | null {
  const ofPlan = runs.filter((each) => each.plan === name);
  const position = ofPlan.findIndex((each) => each.name === runName);
  return ofPlan.slice(position + 1).find(({ summary }) => summary !== null) ?? null;
}

function resultOf({ inside }: Site, { plan: name, name: runName, summary }: IndexedRun): unknown {
  if (summary === null) return undefined;
  try {
    return JSON.parse(inside.readText([name, runName, FILES.result], LONGEST_RESULT) ?? 'null');
  } catch {
    return undefined;
  }
}

function planOf({ inside }: Site, { plan: name, name: runName }: IndexedRun): string | null {
  try {
    return inside.readText([name, runName, FILES.plan], LONGEST_PLAN);
  } catch (error) {
    return `# ${messageOf(error)}`;
  }
}

/** `/compare?run=<plan>/<run>&run=…`: the older one is what was before. */
function compare(site: Site, asked: Asked, response: ServerResponse): void {
  const named = asked.query.getAll('run').slice(0, 10);
  if (named.length !== 2) {
    const why =
      named.length === 0
        ? 'No run was chosen.'
        : named.length === 1
          ? 'Only one run was chosen.'
          : 'More than two runs were chosen.';
    sendPage(asked, response, cannotCompare(why));
    return;
  }
  const sides = named.map((text) => comparedOf(site, text)).filter((side) => side !== null);
  const [one, other] = sides;
  if (one === undefined || other === undefined) {
    sendPage(asked, response, cannotCompare('One of the runs is not there, or has no result.'));
    return;
  }
  const inOrder = one.run.started <= other.run.started ? ([one, other] as const) : ([other, one] as const);
  sendPage(asked, response, comparePage(...inOrder));
}

function comparedOf(site: Site, text: string): Compared | null {
  let names: string[];
  try {
    names = text.split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
  const [planName, runName] = names;
  if (planName === undefined || runName === undefined || names.length !== 2) return null;
  const found = site.index.get(planName, runName);
  if (found?.summary == null) return null;
  return { run: found, summary: found.summary, result: resultOf(site, found), plan: planOf(site, found) };
}

/** `/zip/<plan>/<run>.zip` */
async function zip(site: Site, asked: Asked, response: ServerResponse, names: readonly string[]): Promise<void> {
  const [planName, file = ''] = names;
  const runName = file.replace(/\.zip$/, '');
  const found =
    planName === undefined || names.length !== 2 || runName === file ? null : site.index.get(planName, runName);
  if (found === null) {
    notFound(asked, response);
    return;
  }
  if (site.archives.running >= MOST_ARCHIVES) {
    busy(asked, response);
    return;
  }
  const path = [found.plan, found.name];
  const archive = archiveOf(site.inside, path);
  if (typeof archive === 'string') {
    sendError(asked, response, 413, `${archive} Copy its folder instead.`);
    return;
  }
  response.writeHead(200, {
    ...COMMON_HEADERS,
    'Content-Type': 'application/zip',
    'Content-Disposition': attachment(`${found.plan}-${found.name}.zip`),
  });
  if (asked.head) {
    response.end();
    return;
  }
  site.archives.running++;
  try {
    await writeArchive(site.inside, path, archive.files, response);
  } catch (error) {
    // Whoever asked may just have gone.
    if (!response.destroyed) throw error;
  } finally {
    site.archives.running--;
  }
}

function busy(asked: Asked, response: ServerResponse): void {
  response.setHeader('Retry-After', '5');
  sendError(asked, response, 503, 'Too many are being served just now; try again in a moment.');
}

/** `/live/<plan>/<run>`: server-sent events. */
function live(site: Site, asked: Asked, response: ServerResponse, names: readonly string[]): void {
  const [planName, runName] = names;
  const found =
    planName === undefined || runName === undefined || names.length !== 2 ? null : site.index.get(planName, runName);
  if (found === null) notFound(asked, response);
  else if (asked.head || !site.live.follow(found, response)) busy(asked, response);
}
