// What every chart shows of the run itself: the faults in force as shaded bands behind its lines, and where phases begin.
import type uPlot from 'uplot';
import type { RunBlock } from '../../page/run.js';
import { colour } from '../dom.js';

const S = 1_000_000_000;

export function drawFaults(plot: uPlot, { faults }: RunBlock): void {
  const { ctx, bbox } = plot;
  const x = (time: number) => plot.valToPos(time / S, 'x', true);
  const within = (value: number) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, value));
  ctx.save();
  ctx.fillStyle = colour('band');
  for (const { from, to } of faults) {
    const left = within(x(from));
    const width = Math.max(within(x(to)) - left, from === to ? 1 : 0);
    ctx.fillRect(left, bbox.top, width, bbox.height);
  }
  ctx.restore();
}

export function drawPhases(plot: uPlot, { phases }: RunBlock): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour('line');
  ctx.fillStyle = colour('faint');
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  let free = bbox.left;
  for (const { name, time } of phases) {
    const at = Math.round(plot.valToPos(time / S, 'x', true));
    if (at < bbox.left || at > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(name).width;
    const left = Math.min(at + 3 * ratio, bbox.left + bbox.width - width - 2 * ratio);
    // Phases that follow close on each other would write over each other.
    if (left < free) continue;
    ctx.fillText(name, left, bbox.top + 2 * ratio);
    free = left + width + 6 * ratio;
  }
  ctx.restore();
}
