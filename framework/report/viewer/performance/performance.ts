// Latency, rate and availability as charts that share one pointer and one stretch of the run with each other and with the timeline.
import type { Nanoseconds } from '../../../contracts/time.js';
import { unpackPerformance } from '../../page/performance.js';
import type { RunBlock } from '../../page/run.js';
import { listed } from '../../text.js';
import { digitsFor, instant } from '../../time-text.js';
import type { App } from '../app.js';
import { Stretch } from '../charts/stretch.js';
import { button, stretchTools } from '../charts/stretch-tools.js';
import { element } from '../dom.js';
import type { Chart } from './chart.js';
import { availabilityChart, latencyChart, quantileChart, rateChart } from './charts.js';
import { listenToKeys } from './keys.js';

export async function mountPerformance(place: HTMLElement, app: App): Promise<void> {
  const block = await app.block('performance');
  if (block === null) return;
  const data = unpackPerformance(block);
  const stretch = new Stretch(data.end);
  const charts = [
    await latencyChart(app, stretch, data),
    quantileChart(app, stretch, data),
    rateChart(app, stretch, data),
    availabilityChart(app, stretch, data),
  ];
  const spoken = element('p', { class: 'spoken', role: 'status' });
  place.append(toolbar(app, stretch), element('div', { class: 'charts' }, ...charts.map(({ root }) => root)), spoken);
  for (const { root } of charts) {
    const frame = root.querySelector<HTMLElement>('.plot')!;
    listenToKeys(frame, app, stretch, data.step, (time) => {
      spoken.textContent = `${whereText(app.run, time)}; ${valuesOf(root)}`;
    });
  }
  fillWidth(charts);
  redrawWithColours(charts);
}

function toolbar(app: App, stretch: Stretch): HTMLElement {
  const where = element('span', { class: 'where' });
  app.cursor.listen(({ time }) => {
    where.textContent = time === null ? '' : whereText(app.run, time);
  });
  return element(
    'div',
    { class: 'chart-tools' },
    ...stretchTools(stretch),
    button('Zoom the timeline here', () => {
      app.view.set({ ...stretch.shown.value });
      app.ask(false);
    }),
    button('Show what the timeline shows', () => stretch.show(app.view.value.from, app.view.value.to)),
    element(
      'span',
      { class: 'note' },
      'Drag to zoom, double-click or Escape for the whole run. Shaded: a fault was in force.',
    ),
    where,
  );
}

const FEW = 3;

function whereText({ faults, phases, end }: RunBlock, time: Nanoseconds): string {
  const phase = phases.findLast((one) => one.time <= time)?.name;
  const active = faults.filter(({ from, to }) => from <= time && time <= to).map(({ name, what }) => `${name} ${what}`);
  const parts = [instant(time, digitsFor(end / 100)), ...(phase === undefined ? [] : [phase])];
  return `${parts.join(', ')}${active.length === 0 ? '' : `: ${listed(active, FEW)}`}`;
}

/** What its legend says now. */
function valuesOf(root: HTMLElement): string {
  const lines = [...root.querySelectorAll('.switches button[aria-pressed=true]')].filter(
    (button) => (button.querySelector('.value')?.textContent ?? '') !== '',
  );
  return lines
    .map((button) => [...button.querySelectorAll('bdi, .value')].map((part) => part.textContent).join(' '))
    .join(', ');
}

/** As wide as there is room. */
function fillWidth(charts: readonly Chart[]): void {
  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const found = charts.find(({ root }) => root.contains(target));
      const width = Math.max(200, Math.floor(contentRect.width));
      if (found !== undefined && found.plot.width !== width) found.plot.setSize({ width, height: found.plot.height });
    }
  });
  for (const { root } of charts) observer.observe(root.querySelector('.plot')!);
}

/** In light, in dark and on paper. */
function redrawWithColours(charts: readonly Chart[]): void {
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', () => {
      for (const { plot } of charts) plot.redraw(false);
    });
  }
}
