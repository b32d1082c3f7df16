// What a checker adds to an anomaly beside operations, as it is.
import { type Html, html } from './html.js';
import { isMoment } from './moments.js';
import type { Case } from './story.js';
import { clip, compact, listed, plural } from './text.js';
import { instant } from './time-text.js';

const MOST_FACTS = 12;

/** Fields that are drawn or told elsewhere on the page. */
const TOLD: ReadonlySet<string> = new Set(['search', 'conflict', 'operations', 'steps', 'roles']);

export function facts({ anomaly, operations }: Case): Html {
  const open = operations.length === 0;
  const all = Object.entries(anomaly.evidence ?? {}).filter(([name]) => open || !TOLD.has(name));
  if (all.length === 0) {
    return html`${open ? html`<p class="note">The checker names no operations for this anomaly.</p>` : ''}`;
  }
  const rows = all
    .slice(0, MOST_FACTS)
    .map(([name, value]) => html`<dt>${clip(name, 60)}</dt><dd>${factText(name, value)}</dd>`);
  const more =
    all.length > MOST_FACTS
      ? html`<p class="note">${plural(all.length - MOST_FACTS, 'more entry', 'more entries')} in result.json.</p>`
      : '';
  return html`<details${open ? html` open` : ''}><summary>What the checker adds</summary><dl class="facts">${rows}</dl>${more}</details>`;
}

type Flat = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** A few short records: who said what since when. */
function isRecords(value: unknown): value is readonly Flat[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MOST_FACTS && value.every(isFlat);
}

function isFlat(value: unknown): value is Flat {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const fields = Object.values(value);
  const isShort = (field: unknown) =>
    typeof field !== 'object' ||
    field === null ||
    (Array.isArray(field) && field.every((item) => typeof item === 'string'));
  return fields.length > 0 && fields.length <= 6 && fields.every(isShort);
}

/** `value 9228efd9, nodes n5, since 65.145180 s`. */
function recordText(record: Flat): string {
  const parts = Object.entries(record).map(([name, value]) => {
    if (isMoment(name, value)) return `${clip(name, 40)} ${instant(value, 6)}`;
    const text = typeof value === 'string' ? value : Array.isArray(value) ? listed(value, 9) : compact(value, 60);
    return `${clip(name, 40)} ${clip(text, 120)}`;
  });
  return parts.join(', ');
}

function factText(name: string, value: unknown): Html {
  if (isMoment(name, value)) return html`${instant(value, 6)}`;
  if (Array.isArray(value) && value.length > 0 && value.length <= 20 && value.every((item) => isMoment(name, item))) {
    return html`${value.map((item) => instant(item, 6)).join(', ')}`;
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    const lines = value.slice(0, 20).map((line) => clip(line, 300));
    if (value.length > 20) lines.push(`… and ${plural(value.length - 20, 'more line')}`);
    return html`<pre>${lines.join('\n')}</pre>`;
  }
  if (typeof value === 'string') return html`<bdi>${clip(value, 1000)}</bdi>`;
  if (isRecords(value))
    return html`<ul class="records">${value.map((one) => html`<li><bdi>${recordText(one)}</bdi></li>`)}</ul>`;
  return html`<code>${compact(value, 600)}</code>`;
}
