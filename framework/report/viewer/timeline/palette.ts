// The page's colours as the canvas needs them, with the patterns of outcomes: they differ in shape as well as in colour.
import { colour } from '../dom.js';

const NAMES = [
  'page',
  'card',
  'line',
  'ink',
  'faint',
  'link',
  'ok',
  'ok-ink',
  'fail',
  'fail-soft',
  'info',
  'info-soft',
  'fault',
  'fault-ink',
  'band',
  'leader',
  'proof',
  'bad',
  'grid',
] as const;

type Name = (typeof NAMES)[number];

export interface Palette extends Readonly<Record<Name, string>> {
  /** Stripes of what failed, and dots of what is in doubt. */
  readonly stripes: CanvasPattern | string;
  readonly dots: CanvasPattern | string;
}

/** `place`: whose colours; an element of class `paper` has those of light pages whatever the screen has. */
export function paletteOf(place: Element, context: CanvasRenderingContext2D, scale: number): Palette {
  const colours = Object.fromEntries(NAMES.map((name) => [name, colour(name, place)])) as Record<Name, string>;
  return {
    ...colours,
    stripes: pattern(context, scale, colours['fail-soft'], (tile) => {
      tile.strokeStyle = colours.fail;
      tile.lineWidth = 1.6;
      tile.beginPath();
      for (const x of [-6, 0, 6]) {
        tile.moveTo(x, 6);
        tile.lineTo(x + 6, 0);
      }
      tile.stroke();
    }),
    dots: pattern(context, scale, colours['info-soft'], (tile) => {
      tile.fillStyle = colours.info;
      tile.beginPath();
      tile.arc(3, 3, 1.4, 0, 7);
      tile.fill();
    }),
  };
}

const TILE = 6;

function pattern(
  context: CanvasRenderingContext2D,
  scale: number,
  ground: string,
  draw: (tile: CanvasRenderingContext2D) => void,
): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = TILE * scale;
  const inner = tile.getContext('2d');
  if (inner === null) return ground;
  inner.scale(scale, scale);
  inner.fillStyle = ground;
  inner.fillRect(0, 0, TILE, TILE);
  draw(inner);
  const made = context.createPattern(tile, 'repeat');
  made?.setTransform(new DOMMatrix().scale(1 / scale));
  return made ?? ground;
}
