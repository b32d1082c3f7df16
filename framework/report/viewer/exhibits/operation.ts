// From what a check shows to the operation behind it, on the timeline.
import { positionOf } from '../../page/operations.js';
import type { App } from '../app.js';
import { showOnTimeline } from '../to-timeline.js';

/** `row`: event index of the invocation. One that the page does not hold is selected all the same. */
export async function showOperation(app: App, row: number): Promise<void> {
  const operations = await app.operations();
  const at = operations === null ? -1 : positionOf(operations, row);
  if (operations === null || at < 0) {
    app.view.set({ operation: row });
    document.getElementById('timeline')?.scrollIntoView();
    return;
  }
  const completed = operations.completed[at]!;
  showOnTimeline(app, {
    row,
    invoked: operations.invoked[at]!,
    completed: Number.isNaN(completed) ? null : completed,
  });
}
