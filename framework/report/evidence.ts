// The evidence of an anomaly: its few operations in a picture, step by step in words, and in a table; how far the search came.
import type { Operation } from '../contracts/history.js';
import { conflictOf, type Step, stepsOf } from './conflict.js';
import { facts } from './facts.js';
import { faultsDuring } from './guilt.js';
import { type Column, details, type Html, html, table } from './html.js';
import { keyText, OUTCOME_MEANING, operationAt, operationText, valueText } from './operations.js';
import { proofPicture } from './proof-picture.js';
import { rolesOf } from './roles.js';
import { isSkipped, searchOf } from './search-evidence.js';
import { searchPicture } from './search-picture.js';
import type { Case, Story } from './story.js';
import { clip, plural } from './text.js';
import { digitsFor, instant } from './time-text.js';

const MOST_SAID = 24;
const FEW = 6;

/** `id`: of this part of the page. */
export function evidence(story: Story, found: Case, id: string): Html {
  const { operations, span } = found;
  if (operations.length === 0) return facts(found);
  const { history } = story.input;
  const textOf = (row: number) => {
    const operation = operationAt(history, row);
    return operation === undefined ? `operation ${row}` : operationText(operation, 40);
  };
  const conflict = conflictOf(found, textOf);
  const steps = conflict === null ? [] : stepsOf(operations, conflict);
  const roles = rolesOf(found);
  const faults = faultsDuring(story, found).map(({ fault }) => fault);
  const proof = { operations, roles, faults, leaders: story.leaders, ...span!, conflict, steps };
  return html`<div data-proof="${id}">${proofPicture(proof, id)}${argument(steps)}${said(found)}${tableOf(found, roles)}</div>${facts(found)}`;
}

/** How far any order of the operations goes; nothing where the checker did not have to search. */
export function searchEvidence(story: Story, found: Case): Html {
  const search = searchOf(found.anomaly.evidence ?? {}, story.input.history);
  if (search === null) return html``;
  if (isSkipped(search)) return html`<p class="note">There are no orders to explore: ${search.skipped}.</p>`;
  return searchPicture(search, story.cases.indexOf(found));
}

/** The contradiction, step by step. */
function argument(steps: readonly Step[]): Html {
  if (steps.length === 0) return html``;
  const items = steps.map(
    ({ letter, kind, text, numbers }) =>
      html`<li data-numbers="${numbers.join(' ')}"><span class="letter ${kind}">${letter}</span> ${text}</li>`,
  );
  return html`<ol class="steps-said" aria-label="Why they contradict each other">${items}</ol>`;
}

/** Steps that a checker tells in its own words. */
function said({ anomaly }: Case): Html {
  const steps = anomaly.evidence?.['steps'];
  if (!Array.isArray(steps) || steps.length === 0) return html``;
  const items = steps
    .slice(0, MOST_SAID)
    .filter((step) => typeof step === 'string')
    .map((step) => html`<li><bdi>${clip(step, 400)}</bdi></li>`);
  return html`<ol class="steps-said plain" aria-label="Why they contradict each other">${items}</ol>`;
}

interface Row {
  readonly operation: Operation;
  readonly number: number;
  readonly role: string;
}

/** A long one waits until somebody wants it: what comes after matters more. */
function tableOf(found: Case, roles: readonly string[]): Html {
  const content = operationTable(found, roles);
  return found.operations.length > FEW ? details('The operations as a table', content) : content;
}

function operationTable({ operations, hidden, span }: Case, roles: readonly string[]): Html {
  const digits = digitsFor(
    Math.min(span!.to - span!.from, ...operations.map((o) => (o.completed ?? span!.to) - o.invoked)),
  );
  const shown = Math.min(digits, 6);
  const rows = operations.map((operation, i): Row => ({ operation, number: i + 1, role: roles[i]! }));
  const role: Column<Row> = { title: 'role', cell: ({ role }) => html`<bdi>${role}</bdi>` };
  const key: Column<Row> = { title: 'key', cell: ({ operation }) => html`<bdi>${keyText(operation.key, 60)}</bdi>` };
  return table(
    'The operations that prove it',
    [
      {
        title: '#',
        header: true,
        cell: ({ operation, number }) =>
          html`<a href="#op=${operation.index}" title="Show it in the timeline"><span class="badge" data-numbers="${number}">${number}</span></a>`,
      },
      { title: 'process', numeric: true, cell: ({ operation }) => operation.process },
      { title: 'function', cell: ({ operation }) => clip(operation.f, 40) },
      ...(operations.some((one) => one.key !== undefined) ? [key] : []),
      {
        title: 'value',
        cell: ({ operation, role }) => html`<code>${valueText(operation, role === '' ? 160 : 60)}</code>`,
      },
      { title: 'node', cell: ({ operation }) => clip(operation.node ?? '', 40) },
      { title: 'invoked', numeric: true, cell: ({ operation }) => instant(operation.invoked, shown) },
      {
        title: 'completed',
        numeric: true,
        cell: ({ operation }) => (operation.completed === undefined ? 'never' : instant(operation.completed, shown)),
      },
      {
        title: 'outcome',
        cell: ({ operation: { outcome, error } }) =>
          html`<span class="outcome ${outcome}" title="${OUTCOME_MEANING[outcome]}">${outcome}</span>${error === undefined ? '' : html` <bdi>${clip(error, 160)}</bdi>`}`,
      },
      ...(roles.some((text) => text !== '') ? [role] : []),
    ],
    rows,
    hidden > 0 ? `${plural(hidden, 'more operation')} of this anomaly: see result.json.` : '',
  );
}
