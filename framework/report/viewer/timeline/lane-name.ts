// Names to the left of lanes.
import type { Scene } from './scene.js';

export const FONT = '11.5px system-ui, sans-serif';
/** About how wide a character of it is. */
export const CHARACTER = 6.4;

export function laneName(context: CanvasRenderingContext2D, { layout }: Scene, text: string, y: number): void {
  const most = Math.floor((layout.left - 10) / CHARACTER);
  context.textAlign = 'right';
  context.fillText(text.length > most ? `${text.slice(0, most - 1)}…` : text, layout.left - 8, y);
  context.textAlign = 'left';
}
