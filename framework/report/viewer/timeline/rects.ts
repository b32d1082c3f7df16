// Rectangles gathered while lanes are read and filled together: a canvas is slow when its colour changes, and so is making objects.

export class Rects {
  #data = new Float32Array(4 * 1024);
  #count = 0;

  add(x: number, y: number, width: number, height: number): void {
    const at = 4 * this.#count;
    if (at === this.#data.length) {
      const larger = new Float32Array(2 * this.#data.length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[at] = x;
    this.#data[at + 1] = y;
    this.#data[at + 2] = width;
    this.#data[at + 3] = height;
    this.#count++;
  }

  fill(context: CanvasRenderingContext2D, style: string | CanvasPattern): void {
    if (this.#count === 0) return;
    context.fillStyle = style;
    const data = this.#data;
    for (let at = 0; at < 4 * this.#count; at += 4) {
      context.fillRect(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!);
    }
  }

  /** One-pixel edges of each rectangle; `open`: without the right one. */
  edges(context: CanvasRenderingContext2D, style: string, open: boolean): void {
    if (this.#count === 0) return;
    context.fillStyle = style;
    const data = this.#data;
    for (let at = 0; at < 4 * this.#count; at += 4) {
      const [x, y, width, height] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!];
      context.fillRect(x, y, width, 1);
      context.fillRect(x, y + height - 1, width, 1);
      context.fillRect(x, y, 1.5, height);
      if (!open) context.fillRect(x + width - 1.5, y, 1.5, height);
    }
  }

  clear(): void {
    this.#count = 0;
  }
}
