// Escaping and tiny template helpers: the only way text becomes markup, so that nothing from a history can become a tag.
import { visible } from './text.js';

/** Markup that is safe to insert as it is. Only this file makes it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
  toString(): string {
    return this.markup;
  }
}

/** What a template may hold: markup, text (escaped), lists of both, and nothing. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute, of HTML and of XML alike. Characters that mislead readers are spelled out. */
export function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function markupOf(content: Content): string {
  if (content instanceof Html) return content.markup;
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  if (Array.isArray(content)) return content.map(markupOf).join('');
  return '';
}

/** A template whose values are escaped unless they are markup already. Attributes must be quoted with `"`. */
export function html(literal: TemplateStringsArray, ...values: Content[]): Html {
  let markup = literal[0]!;
  for (let i = 0; i < values.length; i++) markup += markupOf(values[i]) + literal[i + 1]!;
  return new Html(markup);
}

export function join(parts: readonly Content[], separator = ''): Html {
  return new Html(parts.map(markupOf).join(separator));
}

/** The product's own constant text (style, script) that must stay as it is. Never pass anything from a run. */
export function trusted(text: string): Html {
  return new Html(text);
}

export const NOTHING = new Html('');

export interface Column<Row> {
  title: string;
  /** Right-aligned figures. */
  numeric?: boolean;
  /** Names the row for screen readers. */
  header?: boolean;
  cell: (row: Row, position: number) => Content;
}

/** A table with its caption and headers; scrolls sideways by itself where it is too wide. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  note?: Content,
): Html {
  const head = columns.map((column) => html`<th scope="col"${classOf(column)}>${column.title}</th>`);
  const body = rows.map((row, position) => html`<tr>${columns.map((column) => cellOf(column, row, position))}</tr>\n`);
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>${note ? html`<p class="note">${note}</p>` : ''}`;
}

function classOf<Row>(column: Column<Row>): Html {
  return column.numeric ? html` class="n"` : NOTHING;
}

function cellOf<Row>(column: Column<Row>, row: Row, position: number): Html {
  const content = column.cell(row, position);
  return column.header
    ? html`<th scope="row"${classOf(column)}>${content}</th>`
    : html`<td${classOf(column)}>${content}</td>`;
}

/** A section of the page with its heading. */
export function section(id: string, title: string, content: Content): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}
</section>
`;
}

export function details(summary: Content, content: Content, open = false): Html {
  return html`<details${open ? html` open` : ''}><summary>${summary}</summary>
${content}
</details>
`;
}
