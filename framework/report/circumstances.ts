// What was going on when it happened: the faults in force and who led.
import type { Nanoseconds } from '../contracts/time.js';
import type { Fault } from './faults.js';
import { type Html, html } from './html.js';
import { leaderAt, leaderText } from './leaders.js';
import { type Case, faultsDuring, type Story } from './story.js';
import { clip, listed, plural } from './text.js';
import { duration, instant } from './time-text.js';

const MOST = 6;

export function circumstances(story: Story, found: Case): Html {
  if (found.span === undefined || isMostOfTheRun(story, found)) return everyFault(story);
  const { from, to } = found.span;
  const faults = faultsDuring(story, found);
  const items = faults
    .slice(0, MOST)
    .map(({ fault, during }) => faultItem(fault, found.moments.length > 0 ? [] : [whenText(during)]));
  const more =
    faults.length > MOST
      ? html`<p class="note">and ${plural(faults.length - MOST, 'more fault')}: see the timeline.</p>`
      : '';
  const list = items.length > 0 ? html`<ul class="faults">${items}</ul>${more}` : calm(story, from);
  return html`${list}${leadership(story, from, to)}`;
}

function whenText(during: readonly number[]): string {
  if (during.length === 0) return 'between the operations';
  return `during operation${during.length === 1 ? '' : 's'} ${listed(during.map(String), 13)}`;
}

function faultItem(fault: Fault, remarks: readonly string[]): Html {
  const until = fault.healed ? instant(fault.to) : 'the end (never healed)';
  const when = [`${instant(fault.from)} to ${until}`, ...remarks].join(', ');
  return html`<li><strong>${clip(fault.name, 40)}</strong> <bdi>${clip(fault.what, 200)}</bdi><br><span class="faint">${when}</span></li>`;
}

/** A list of every fault would say nothing. */
function isMostOfTheRun({ statistics }: Story, { span, moments }: Case): boolean {
  return span !== undefined && moments.length > 0 && span.to - span.from > statistics.end / 3;
}
/** No fault was in force: the last one before is the next thing to look at. */
function calm(story: Story, from: Nanoseconds): Html {
  const before = story.faults.inForce.filter((fault) => fault.to < from).sort((a, b) => b.to - a.to)[0];
  if (before === undefined) return html`<p>No fault had been injected yet: it happened in a healthy cluster.</p>`;
  return html`<p>No fault was in force. The last one before, <strong>${clip(before.name, 40)}</strong> ${clip(before.what, 200)}, was healed ${duration(from - before.to)} earlier, at ${instant(before.to)}.</p>`;
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
  if (covered.length === 0) return html`<p>The plan injects no faults.</p>`;
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
