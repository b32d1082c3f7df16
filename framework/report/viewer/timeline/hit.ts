// What is under the pointer.
import { OK } from '../../page/operations.js';
import type { PageFault } from '../../page/run.js';
import { instant } from '../../time-text.js';
import { boxOf } from './bars.js';
import { firstFrom } from './lanes.js';
import { FAULT_LANE, trackAt } from './layout.js';
import { type Scene, timeAt, xOf } from './scene.js';

export type Hit =
  | { readonly kind: 'operation'; readonly position: number }
  | { readonly kind: 'fault'; readonly fault: PageFault }
  | { readonly kind: 'text'; readonly lines: readonly string[] };

/** Pixels beside a thing that still mean it. */
const NEAR = 4;
const MOST_READ = 3000;

export function hitAt(scene: Scene, x: number, y: number): Hit | null {
  const { layout } = scene;
  if (x < layout.left - 20 || x > layout.right + NEAR) return null;
  if (y >= layout.top && y <= layout.bottom) return operationHit(scene, x, y);
  if (y >= layout.exitsTop) return exitHit(scene, x);
  if (y >= layout.leadersTop) return leaderHit(scene, x);
  const lane = scene.faultLanes[Math.floor((y - layout.faultsTop) / FAULT_LANE)];
  const fault = lane?.faults.findLast(
    ({ requested, to }) => xOf(scene, requested) <= x + NEAR && xOf(scene, to) >= x - NEAR,
  );
  return fault === undefined ? null : { kind: 'fault', fault };
}

function operationHit(scene: Scene, x: number, y: number): Hit | null {
  const numbered = (scene.proof[scene.anomaly] ?? []).find((position) => {
    const box = boxOf(scene, position);
    return (
      box !== null && x >= box.x - 20 && x <= box.x + Math.max(box.width, 4) && y >= box.y && y <= box.y + box.height
    );
  });
  if (numbered !== undefined) return { kind: 'operation', position: numbered };
  const { lanes, layout } = scene;
  const track = trackAt(layout, y - layout.top + scene.scroll);
  if (track < 0) return null;
  const left = timeAt(scene, x - NEAR);
  const right = timeAt(scene, x + NEAR);
  let best = -1;
  let score = Number.POSITIVE_INFINITY;
  const first = firstFrom(lanes, track, left);
  const last = Math.min(lanes.starts[track + 1]!, first + MOST_READ);
  for (let entry = first; entry < last && lanes.begin[entry]! <= right; entry++) {
    const [x0, x1] = [xOf(scene, lanes.begin[entry]!), xOf(scene, lanes.end[entry]!)];
    // Under the pointer comes first; among many that share a pixel, what did not succeed.
    const away = Math.max(x0 - x, x - x1, 0) + (lanes.outcome[entry] === OK && x1 - x0 < NEAR ? NEAR : 0);
    if (away >= score) continue;
    score = away;
    best = lanes.operation[entry]!;
  }
  return best < 0 ? null : { kind: 'operation', position: best };
}

function exitHit(scene: Scene, x: number): Hit | null {
  const exit = scene.run.exits.findLast(({ time }) => Math.abs(xOf(scene, time) - x) <= NEAR + 2);
  if (exit === undefined) return null;
  const why = exit.fault ? 'ended by a fault' : 'ended by itself';
  const lines = [`${exit.node} ${why} at ${instant(exit.time, 6)}`, ...(exit.detail === '' ? [] : [exit.detail])];
  return { kind: 'text', lines };
}

function leaderHit(scene: Scene, x: number): Hit | null {
  const change = scene.run.leaders.findLast(({ time }) => xOf(scene, time) <= x + NEAR);
  if (change === undefined) return null;
  const term = change.term === null ? '' : ` (term ${change.term})`;
  return { kind: 'text', lines: [`${change.node}${term} leads from ${instant(change.time, 6)}`] };
}
