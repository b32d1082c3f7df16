// What was going on when it happened: the fault that fits best, the others, and who led.
import type { Nanoseconds } from '../contracts/time.js';
import type { Fault } from './faults.js';
import { type Circumstance, faultsDuring, isBetween, isLoss, keyOperation } from './guilt.js';
import { type Html, html } from './html.js';
import { leaderAt, leaderText } from './leaders.js';
import { operationText } from './operations.js';
import type { Case, Story } from './story.js';
import { clip, clipShort, listed, plural } from './text.js';
import { duration, instant } from './time-text.js';

/** Faults in the list of all, and beside the one that fits best. */
const MOST = 6;
const MOST_BESIDE = 3;

export function circumstances(story: Story, found: Case): Html {
  if (found.span === undefined || isMostOfTheRun(story, found)) return everyFault(story);
  const { from, to } = found.span;
  const [first, ...rest] = faultsDuring(story, found);
  const list = first === undefined ? calm(story, from) : html`${guilty(found, first)}${beside(found, rest)}`;
  return html`${list}${leadership(story, from, to)}`;
}

/** The fault that fits best, in a sentence. */
function guilty(found: Case, circumstance: Circumstance): Html {
  const { fault, during } = circumstance;
  const name = html`<strong>${clip(fault.name, 40)}</strong> <bdi>${clip(fault.what, 160)}</bdi>`;
  const when = `in force (${whenText(fault)})`;
  if (found.operations.length === 0) {
    const place = isBetween(found, fault) ? 'Between these moments,' : 'It happened while';
    return html`<p class="guilty">${place} ${name} was ${when}.</p>`;
  }
  if (during.length === 0)
    return html`<p class="guilty">${betweenText(found, fault)}, ${name} was ${when}<bdi>${aftermathOf(found, fault)}</bdi>.</p>`;
  return html`<p class="guilty">While ${name} was ${when}, <bdi>${deedOf(found, circumstance)}</bdi>.</p>`;
}

/** `operation 2, read → 3, went wrong on n1, which it hit`. */
function deedOf(found: Case, { during, nodes }: Circumstance): string {
  const { operations, anomaly } = found;
  const key = keyOperation(found);
  const at = during.includes(key) ? nodes.filter((node) => node === operations[key - 1]!.node) : nodes;
  const where =
    at.length === 0
      ? ''
      : ` on ${listed(
          at.map((node) => clipShort(node, 40)),
          4,
        )}, which it hit`;
  if (!during.includes(key)) return `${numbersText(during)} ran${where}`;
  const text = `operation ${key}, ${operationText(operations[key - 1]!, 40)},`;
  const others = during.filter((number) => number !== key);
  const also = others.length === 0 ? '' : ` (${numbersText(others)} ran, too)`;
  if (!isLoss(anomaly.name)) return `${text} went wrong${where}${also}`;
  return `${text} was ${operations[key - 1]!.outcome === 'ok' ? 'acknowledged' : 'asked'}${where}${also}`;
}

/** `: operation 3, read → 930, went wrong on n5, which it had hit`; empty where it hit another node, or came later. */
function aftermathOf(found: Case, { targets, to }: Fault): string {
  const key = keyOperation(found);
  const operation = found.operations[key - 1]!;
  const { node = '' } = operation;
  if (isLoss(found.anomaly.name) || to > operation.invoked || !targets.includes(node)) return '';
  return `: operation ${key}, ${operationText(operation, 40)}, then went wrong on ${clipShort(node, 40)}, which it had hit`;
}

function numbersText(numbers: readonly number[]): string {
  return `operation${numbers.length === 1 ? '' : 's'} ${listed(numbers.map(String), 13)}`;
}

/** `After operation 1 and before operation 2`. */
function betweenText({ operations }: Case, fault: Fault): string {
  const before = operations.findLastIndex(({ completed }) => completed !== undefined && completed < fault.from) + 1;
  const after = operations.findIndex(({ invoked }) => invoked > fault.to) + 1;
  const parts = [before > 0 ? `after operation ${before}` : '', after > 0 ? `before operation ${after}` : ''];
  const text = parts.filter((part) => part !== '').join(' and ');
  return text === '' ? 'Between the operations' : text.charAt(0).toUpperCase() + text.slice(1);
}

function beside(found: Case, rest: readonly Circumstance[]): Html {
  if (rest.length === 0) return html``;
  const hasNumbers = found.operations.length > 0;
  const items = rest
    .slice(0, MOST_BESIDE)
    .map(({ fault, during }) => faultItem(fault, hasNumbers ? [duringText(during)] : []));
  const more =
    rest.length > MOST_BESIDE ? ` ${plural(rest.length - MOST_BESIDE, 'more fault')}: see the timeline.` : '';
  return html`<ul class="faults" aria-label="Also in force">${items}</ul><p class="note">What fits its times and nodes best stands first.${more}</p>`;
}

function duringText(during: readonly number[]): string {
  return during.length === 0 ? 'between the operations' : `during ${numbersText(during)}`;
}

function whenText(fault: Fault): string {
  return `${instant(fault.from)} to ${fault.healed ? instant(fault.to) : 'the end, never healed'}`;
}

function faultItem(fault: Fault, remarks: readonly string[]): Html {
  const when = [whenText(fault), ...remarks].join(', ');
  return html`<li><strong>${clip(fault.name, 40)}</strong> <bdi>${clip(fault.what, 120)}</bdi><br><span class="faint">${when}</span></li>`;
}

/** A list of every fault would say nothing. */
function isMostOfTheRun({ statistics }: Story, { span, moments }: Case): boolean {
  return span !== undefined && moments.length > 0 && span.to - span.from > statistics.end / 3;
}

/** No fault was in force: the last one before is the next thing to look at, and what the system does without any. */
function calm(story: Story, from: Nanoseconds): Html {
  const before = story.faults.inForce.filter((fault) => fault.to < from).sort((a, b) => b.to - a.to)[0];
  const { bug } = story.input.result.system.options;
  const planted = typeof bug === 'string' && bug !== 'none' ? `the planted bug ${clip(bug, 60)}, or at ` : '';
  const look = `Look at ${planted}what the system does on its ordinary path.`;
  if (before === undefined) {
    return html`<p class="guilty">No fault was in force, nor had been: it happened in a healthy cluster.</p><p>${look}</p>`;
  }
  return html`<p class="guilty">No fault was in force. The last one before, <strong>${clip(before.name, 40)}</strong> <bdi>${clip(before.what, 160)}</bdi>, was healed ${duration(from - before.to)} earlier, at ${instant(before.to)}.</p><p>${look}</p>`;
}

function leadership({ leaders }: Story, from: Nanoseconds, to: Nanoseconds): Html {
  if (leaders.length === 0) return html``;
  const first = leaderAt(leaders, from);
  const changes = leaders.filter(({ time }) => time > from && time <= to);
  const start = first === undefined ? 'Nobody led when it began' : `${leaderText(first)} led when it began`;
  const then = changes.map((change) => `${leaderText(change)} from ${instant(change.time)}`);
  return html`<p class="note">${clip(start, 120)}${then.length > 0 ? `; then ${clip(listed(then, 4), 300)}` : ''}.</p>`;
}

/** For an anomaly without operations, or none at all. */
export function everyFault({ faults, input }: Story): Html {
  const covered = input.result.coverage.faults;
  if (covered.length === 0) return html`<p class="guilty">The plan injects no faults.</p>`;
  const items = covered
    .slice(0, MOST)
    .map(
      ({ nemesis, injected, operations, skipped, inForce }) =>
        html`<li><strong>${clip(nemesis, 40)}</strong> ${plural(injected, 'time')}${skipped > 0 ? `, ${skipped} skipped` : ''}<br><span class="faint">${duration(inForce)} in force, ${plural(operations, 'operation')} overlapped it</span></li>`,
    );
  const open = faults.inForce.filter(({ healed }) => !healed).length;
  const unhealed = open > 0 ? html`<p class="note">${plural(open, 'fault')} never healed.</p>` : '';
  return html`<ul class="faults">${items}</ul>${unhealed}`;
}
