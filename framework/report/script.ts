// The page's own script: copies the command, shows tooltips at once, and opens everything for the printer.
// It reads text and writes text; nothing of a run is ever parsed as markup or code.

/** Buttons that copy an element's text; where the clipboard is closed, they select it. */
export const COPY_BUTTONS = `for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = 'Selected';
      }
    });
  }
`;

export const SCRIPT = `'use strict';
(() => {
  const tip = document.getElementById('tip');
  const place = (event) => {
    const x = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
    const y = event.clientY + 18 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18;
    tip.style.transform = 'translate(' + Math.max(4, x) + 'px,' + Math.max(4, y) + 'px)';
  };
  const shown = new WeakMap();
  document.addEventListener('pointermove', (event) => {
    const shape = event.target instanceof SVGElement && event.target.closest('rect,path');
    if (!shape?.ownerSVGElement?.closest('figure')) { tip.hidden = true; return; }
    const title = shape.querySelector(':scope > title');
    if (title) { shown.set(shape, title.textContent); title.remove(); }
    const text = shown.get(shape);
    tip.hidden = text === undefined;
    if (text !== undefined) { tip.textContent = text; place(event); }
  });
  document.addEventListener('pointerleave', () => { tip.hidden = true; });
  ${COPY_BUTTONS}  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    for (const part of closed) part.open = true;
  });
  addEventListener('afterprint', () => { for (const part of closed) part.open = false; });
})();
`;

/** Of the element that holds the viewer: gzip in base64. */
export const VIEWER_ID = 'viewer-code';

/** Unpacks the viewer and runs it; the page's policy names it by its hash, so that no other text can take its place. */
export const LOADER = `(async () => {
  const packed = Uint8Array.from(atob(document.getElementById('${VIEWER_ID}').textContent), (c) => c.charCodeAt(0));
  const script = document.createElement('script');
  script.textContent = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
  document.body.append(script);
})();
`;
