// The only script of the server's pages: copies commands, and shows a run in progress. Texts are set as text, never as markup.

import { COPY_BUTTONS } from '../report/script.js';

export const SCRIPT = `'use strict';
(() => {
  ${COPY_BUTTONS}
  const form = document.getElementById('compare');
  if (form) {
    const boxes = [...form.querySelectorAll('input[name=run]')];
    const button = form.querySelector('button');
    const update = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      button.disabled = chosen !== 2;
      for (const box of boxes) box.disabled = chosen >= 2 && !box.checked;
    };
    form.addEventListener('change', update);
    addEventListener('pageshow', update);
    update();
  }

  const live = document.getElementById('live');
  if (!live) return;
  const part = (id) => document.getElementById(id);
  const say = (id, text) => { const place = part(id); if (place.textContent !== text) place.textContent = text; };
  const list = (id, items, none) => {
    const place = part(id);
    const rows = items.length > 0 ? items : [{ text: none, tone: 'faint' }];
    place.replaceChildren(...rows.map(({ text, tone }) => {
      const item = document.createElement('li');
      item.textContent = text;
      if (tone) item.className = tone;
      return item;
    }));
  };
  const counts = (rows) => part('counts').replaceChildren(...rows.map((cells) => {
    const row = document.createElement('tr');
    row.append(...cells.map((text, i) => {
      const cell = document.createElement(i === 0 ? 'th' : 'td');
      if (i === 0) cell.scope = 'row'; else cell.className = 'n';
      cell.textContent = text;
      return cell;
    }));
    return row;
  }));
  const drawn = (values, most, length) => values.map((value, i) =>
    (i === 0 ? 'M' : 'L') + (600 - (values.length - 1 - i) * 600 / (length - 1)).toFixed(1) + ' ' + (118 - 110 * value / most).toFixed(1)).join('');
  const rates = ({ ok, fail, info, length }) => {
    const most = Math.max(1, ...ok, ...fail, ...info);
    part('rate-ok').setAttribute('d', drawn(ok, most, length));
    part('rate-fail').setAttribute('d', drawn(fail, most, length));
    part('rate-info').setAttribute('d', drawn(info, most, length));
    say('rate-most', most + '/s');
  };
  const source = new EventSource(live.dataset.events);
  source.addEventListener('state', ({ data }) => {
    const state = JSON.parse(data);
    say('stage', state.stage);
    say('clock', state.clock);
    say('note', state.note);
    const bar = part('progress');
    if (state.share === null) bar.removeAttribute('value'); else bar.value = state.share;
    say('rate-now', state.rateNow);
    counts(state.counts);
    rates(state.seconds);
    list('faults-now', state.faults, 'No fault is in force.');
    list('errors', state.errors, 'None so far.');
    list('events', state.events, 'None so far.');
    live.dataset.state = 'live';
  });
  source.addEventListener('end', ({ data }) => {
    const end = JSON.parse(data);
    source.close();
    say('stage', end.title);
    say('note', end.verdict);
    part('progress').value = 1;
    part('ended').hidden = false;
    live.className = 'live ' + end.tone;
    live.dataset.state = 'ended';
    document.title = end.title + ': chaos results';
  });
  source.addEventListener('error', () => {
    if (live.dataset.state === 'ended') return;
    live.dataset.state = 'lost';
    say('note', source.readyState === 2 ? 'The server does not show this run live now; load the page again later.' : 'No connection to chaos serve; trying again…');
  });
})();
`;
