// Faults as intervals with words: pairs each injection in the history with its healing, and says what was done to whom.
import type { FaultValue, History } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';
import { clip, clipShort, compact, listed } from './text.js';
import { duration, instant } from './time-text.js';

export interface Fault {
  /** The nemesis's name. */
  readonly name: string;
  readonly targets: readonly string[];
  readonly requested: Nanoseconds;
  /** When it was in force. `to` is the end of the history where it was never healed. */
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  readonly healed: boolean;
  /** When its healing was asked for; null where it was never healed. */
  readonly healRequested: Nanoseconds | null;
  /** Whom it hit and how: `n1 | n2 n3`, `n2 n4`. */
  readonly what: string;
}

export interface SkippedFault {
  readonly name: string;
  readonly time: Nanoseconds;
  readonly reason: string;
}

export interface Faults {
  /** In order of their beginning. */
  readonly inForce: readonly Fault[];
  readonly skipped: readonly SkippedFault[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faultValue(value: unknown): FaultValue | undefined {
  if (!isRecord(value)) return undefined;
  const { id, phase, targets, requested, effective, injection, reason } = value;
  if (typeof id !== 'number' || (phase !== 'inject' && phase !== 'heal' && phase !== 'skip')) return undefined;
  return {
    id,
    phase,
    targets: Array.isArray(targets) ? targets.filter((target) => typeof target === 'string') : [],
    requested: typeof requested === 'number' ? requested : Number.NaN,
    effective: typeof effective === 'number' ? effective : Number.NaN,
    ...(isRecord(injection) ? { injection } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

function or(time: Nanoseconds, fallback: Nanoseconds): Nanoseconds {
  return Number.isFinite(time) ? time : fallback;
}

/** `end`: where the history ends. */
export function readFaults(history: History, nodes: readonly string[], end: Nanoseconds): Faults {
  const inForce: Fault[] = [];
  const skipped: SkippedFault[] = [];
  const open = new Map<number, number>();
  for (const event of history.nemesisEvents()) {
    const value = event.f === 'phase' ? undefined : faultValue(event.value);
    if (value === undefined) continue;
    const effective = or(value.effective, event.time);
    const name = clipShort(event.f, 80);
    if (value.phase === 'skip') skipped.push({ name, time: effective, reason: clip(value.reason ?? '', 300) });
    else if (value.phase === 'inject') {
      open.set(value.id, inForce.length);
      inForce.push({
        name,
        targets: value.targets,
        requested: or(value.requested, effective),
        from: effective,
        to: end,
        healed: false,
        healRequested: null,
        what: describeInjection(value.targets, value.injection ?? {}, nodes),
      });
    } else {
      const position = open.get(value.id);
      if (position === undefined) continue;
      open.delete(value.id);
      const fault = inForce[position]!;
      const to = Math.max(fault.from, effective);
      inForce[position] = { ...fault, to, healed: true, healRequested: or(value.requested, effective) };
    }
  }
  inForce.sort((a, b) => a.from - b.from);
  return { inForce, skipped };
}

/** Faults in force at some instant of `[from, to]`. */
export function overlapping(faults: readonly Fault[], from: Nanoseconds, to: Nanoseconds): Fault[] {
  return faults.filter((fault) => fault.from <= to && fault.to >= from);
}

/** Everything about a fault in a few lines: what a tooltip shows. */
export function faultTip(fault: Fault): string {
  const until = fault.healed ? instant(fault.to) : 'the end, never healed';
  return `${fault.name} ${fault.what}\nin force from ${instant(fault.from)} to ${until} (${duration(fault.to - fault.from)})\nrequested at ${instant(fault.requested)}${fault.healRequested === null ? '' : `, its healing at ${instant(fault.healRequested)}`}`;
}

const SAID_ELSEWHERE: ReadonlySet<string> = new Set(['targets', 'cuts', 'links']);

function describeInjection(
  targets: readonly string[],
  injection: Record<string, unknown>,
  nodes: readonly string[],
): string {
  const cuts = linksOf(injection['cuts'] ?? injection['links']);
  const place = cuts.length > 0 && Array.isArray(injection['cuts']) ? cutText(cuts, nodes) : listTargets(targets);
  const settings: string[] = [];
  for (const name of Object.keys(injection).slice(0, 20)) {
    if (!SAID_ELSEWHERE.has(name)) settings.push(...settingTexts(name, injection[name]));
  }
  const how = clipShort(settings.join(', '), 120);
  return [place, how === '' ? '' : `(${how})`].filter((part) => part !== '').join(' ');
}

/** `loss 0.05`, `delay normal mean 50`; a text stands for itself (`isolate-leader`). */
function settingTexts(name: string, value: unknown): string[] {
  if (typeof value === 'string') return [clipShort(value, 40)];
  if (name === 'quality' && isRecord(value)) {
    return Object.keys(value)
      .slice(0, 8)
      .map((part) => `${clipShort(part, 40)} ${plainText(value[part])}`);
  }
  if (Array.isArray(value) && value.length === 0) return [];
  return [`${clipShort(name, 40)} ${plainText(value)}`];
}

function plainText(value: unknown): string {
  if (Array.isArray(value) && value.length <= 8) return value.map(plainText).join(' / ');
  if (!isRecord(value)) return typeof value === 'string' ? clipShort(value, 40) : compact(value, 40);
  const names = Object.keys(value).slice(0, 6);
  const parts = names.map((name) =>
    typeof value[name] === 'string' ? value[name] : `${name} ${compact(value[name], 20)}`,
  );
  return clipShort(parts.join(' '), 80);
}

function listTargets(targets: readonly string[]): string {
  return clipShort(targets.slice(0, 20).join(' '), 120);
}

function linksOf(value: unknown): [string, string][] {
  if (!Array.isArray(value)) return [];
  const links: [string, string][] = [];
  for (const item of value) {
    if (Array.isArray(item) && typeof item[0] === 'string' && typeof item[1] === 'string')
      links.push([item[0], item[1]]);
  }
  return links;
}

/** `n1 n2 | n3` where the cuts part the cluster into groups, otherwise who is cut from whom: `n1 ↛ n2`, `n1 ↮ n3 n4`. */
function cutText(cuts: readonly [string, string][], nodes: readonly string[]): string {
  const groups = groupsUnder(cuts, nodes);
  if (groups !== undefined) return groups.map((group) => listTargets(group)).join(' | ');
  return listed(directions(cuts), 5);
}

/** Nodes that are cut from the same others are named together. */
function directions(cuts: readonly [string, string][]): string[] {
  const reached = new Map<string, string[]>();
  for (const [from, to] of cuts) reached.set(from, [...(reached.get(from) ?? []), to]);
  const together = new Map<string, string[]>();
  for (const [from, to] of reached) {
    const others = listTargets(to.sort(byText));
    together.set(others, [...(together.get(others) ?? []), from]);
  }
  const pairs = [...together].map(([to, from]) => [listTargets(from.sort(byText)), to] as const);
  const known = new Set(pairs.map(([from, to]) => `${from} ↛ ${to}`));
  return pairs.flatMap(([from, to]) => {
    if (!known.has(`${to} ↛ ${from}`)) return [`${from} ↛ ${to}`];
    return byText(from, to) < 0 ? [`${from} ↮ ${to}`] : [];
  });
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const LARGEST_CLUSTER = 64;

function groupsUnder(cuts: readonly [string, string][], nodes: readonly string[]): string[][] | undefined {
  if (nodes.length > LARGEST_CLUSTER) return undefined;
  const position = new Map(nodes.map((node, i) => [node, i]));
  const size = nodes.length;
  const cut = new Uint8Array(size * size);
  for (const [from, to] of cuts) {
    const a = position.get(from);
    const b = position.get(to);
    if (a === undefined || b === undefined) return undefined;
    cut[a * size + b] = 1;
  }
  const groups = components(size, (a, b) => cut[a * size + b] === 0 || cut[b * size + a] === 0);
  if (groups.length < 2 || cutsWithin(groups, cut, size)) return undefined;
  return groups.map((group) => group.map((member) => nodes[member]!));
}

function cutsWithin(groups: readonly number[][], cut: Uint8Array, size: number): boolean {
  return groups.some((group) => group.some((a) => group.some((b) => a !== b && cut[a * size + b] === 1)));
}

function components(size: number, connected: (a: number, b: number) => boolean): number[][] {
  const seen = new Uint8Array(size);
  const groups: number[][] = [];
  for (let first = 0; first < size; first++) {
    if (seen[first] === 1) continue;
    const group = [first];
    seen[first] = 1;
    for (let i = 0; i < group.length; i++) {
      for (let next = 0; next < size; next++) {
        if (seen[next] === 1 || !connected(group[i]!, next)) continue;
        seen[next] = 1;
        group.push(next);
      }
    }
    groups.push(group.sort((a, b) => a - b));
  }
  return groups.sort((a, b) => a.length - b.length || a[0]! - b[0]!);
}
