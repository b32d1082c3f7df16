// A row for each node below the availability of all: filled from the bottom by the share that was ok, so that gaps are seen at once.
import type uPlot from 'uplot';
import type { Performance } from '../../page/performance.js';
import { colour } from '../dom.js';
import { rowCentre, rowHeight } from './axes.js';

const S = 1_000_000_000;

export function drawNodes(plot: uPlot, { availability, bins, step, end }: Performance): void {
  const nodes = availability.slice(1);
  const { ctx, bbox } = plot;
  const height = (rowHeight(nodes.length) - 3) * devicePixelRatio;
  // On whole pixels, so that there are no seams between bins.
  const x = (time: number) =>
    Math.round(Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(time / S, 'x', true))));
  const [fine, bad] = [colour('ok'), colour('fail')];
  nodes.forEach(({ begun, ok }, row) => {
    const top = plot.valToPos(rowCentre(row, nodes.length), 'y', true) - height / 2;
    for (let bin = 0; bin < bins; bin++) {
      if (begun[bin] === 0) continue;
      const left = x(bin * step);
      const width = x(Math.min(end, (bin + 1) * step)) - left;
      if (width <= 0) continue;
      const part = Math.round((height * ok[bin]!) / begun[bin]!);
      ctx.fillStyle = fine;
      ctx.fillRect(left, top + height - part, width, part);
      if (part === 0) {
        // Nothing at all: said by a line, which no share of something looks like.
        ctx.fillStyle = bad;
        ctx.fillRect(left, top + height / 2 - devicePixelRatio, width, 2 * devicePixelRatio);
      }
    }
  });
}
