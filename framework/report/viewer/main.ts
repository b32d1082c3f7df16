// The page's script: mounts each part where the page has a place for it. Without it the page still says what broke and why.
import { App } from './app.js';
import { mountEvidence } from './evidence/evidence.js';
import { mountExhibits } from './exhibits/exhibits.js';
import { followFragment } from './fragment.js';
import { loadBlock } from './load.js';
import { mountLogs } from './logs/logs.js';
import { mountPerformance } from './performance/performance.js';
import { mountTimeline } from './timeline/timeline.js';

/** Shows a part of the page in its place. Rejects when it cannot; the others go on. */
type Mount = (place: HTMLElement, app: App) => Promise<void>;

/** By the place's `data-mount`. */
const PARTS: Readonly<Record<string, Mount>> = {
  evidence: mountEvidence,
  exhibits: mountExhibits,
  logs: mountLogs,
  performance: mountPerformance,
  timeline: mountTimeline,
};

async function main(): Promise<void> {
  const run = await loadBlock('run');
  if (run === null) return;
  const app = new App(run);
  followFragment(app);
  const places = [...document.querySelectorAll<HTMLElement>('[data-mount]')];
  await Promise.all(
    places.map(async (place) => {
      try {
        await PARTS[place.dataset['mount'] ?? '']?.(place, app);
      } catch (error) {
        place.textContent = `This part of the page cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
        throw error;
      }
    }),
  );
  document.documentElement.dataset['ready'] = 'true';
}

void main();
