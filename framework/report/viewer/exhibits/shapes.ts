// Marks that differ in shape, not only in colour; the same signs stand in legends.

export const SIGNS = ['●', '■', '▲', '◆', '○', '□', '△', '◇'] as const;
const SHAPES = 4;

/** The second half of the signs. */
export const isHollow = (position: number) => position % SIGNS.length >= SHAPES;
export const WRONG_SIGN = '✕';

/** Adds a shape of about this radius around a place to the path at hand; position -1: the one of what is wrong, for strokes. */
export function shape(context: CanvasRenderingContext2D, position: number, x: number, y: number, r = 3.5): void {
  switch (position < 0 ? -1 : position % SHAPES) {
    case -1:
      context.moveTo(x - 4.5, y - 4.5);
      context.lineTo(x + 4.5, y + 4.5);
      context.moveTo(x - 4.5, y + 4.5);
      context.lineTo(x + 4.5, y - 4.5);
      return;
    case 0:
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 2 * Math.PI);
      return;
    case 1:
      context.rect(x - r, y - r, 2 * r, 2 * r);
      return;
    case 2:
      polygon(context, [x, y - 1.3 * r, x + 1.3 * r, y + r, x - 1.3 * r, y + r]);
      return;
    default:
      polygon(context, [x, y - 1.4 * r, x + 1.4 * r, y, x, y + 1.4 * r, x - 1.4 * r, y]);
  }
}

function polygon(context: CanvasRenderingContext2D, corners: readonly number[]): void {
  for (let i = 0; i < corners.length; i += 2) {
    if (i === 0) context.moveTo(corners[i]!, corners[i + 1]!);
    else context.lineTo(corners[i]!, corners[i + 1]!);
  }
  context.closePath();
}
