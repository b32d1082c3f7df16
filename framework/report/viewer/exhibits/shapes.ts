// Marks that differ in shape, not only in colour; the same signs stand in legends.

export const SIGNS = ['●', '■', '▲', '◆'] as const;
export const WRONG_SIGN = '✕';

const R = 3.5;

/** Adds a shape around a place to the path at hand; position -1: the one of what is wrong, for strokes. */
export function shape(context: CanvasRenderingContext2D, position: number, x: number, y: number): void {
  switch (position < 0 ? -1 : position % SIGNS.length) {
    case -1:
      context.moveTo(x - 4.5, y - 4.5);
      context.lineTo(x + 4.5, y + 4.5);
      context.moveTo(x - 4.5, y + 4.5);
      context.lineTo(x + 4.5, y - 4.5);
      return;
    case 0:
      context.moveTo(x + R, y);
      context.arc(x, y, R, 0, 2 * Math.PI);
      return;
    case 1:
      context.rect(x - R, y - R, 2 * R, 2 * R);
      return;
    case 2:
      polygon(context, [x, y - 4.5, x + 4.5, y + R, x - 4.5, y + R]);
      return;
    default:
      polygon(context, [x, y - 5, x + 5, y, x, y + 5, x - 5, y]);
  }
}

function polygon(context: CanvasRenderingContext2D, corners: readonly number[]): void {
  for (let i = 0; i < corners.length; i += 2) {
    if (i === 0) context.moveTo(corners[i]!, corners[i + 1]!);
    else context.lineTo(corners[i]!, corners[i + 1]!);
  }
  context.closePath();
}
