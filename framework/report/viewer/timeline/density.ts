// Operations that are too narrow to draw, as a picture of one pixel a column: two rows a track, filled by number and scaled up.
// Its cost depends on the canvas alone, not on how many operations, colours or changes there are.
import type { Palette } from './palette.js';

/** What a column that is busy for a share of its time is painted with, at least and at most: a lone operation must be seen. */
const FAINTEST = 80;
const DARKEST = 255;
/** Columns of a failure or a doubt, so that a single one among thousands is seen. */
const MARK = 2;

export class DensityPicture {
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d');
  #image: ImageData | null = null;
  #pixels = new Uint32Array(0);
  #columns = 0;
  #palette: Palette | null = null;
  #ok = 0;
  #fail = 0;
  #info = 0;
  /** Of the track that is being read, by column: the share of the time that is busy, failures, doubts. */
  busy = new Float32Array(0);
  failed = new Uint8Array(0);
  doubtful = new Uint8Array(0);

  /** Empties the picture. */
  begin(columns: number, tracks: number, palette: Palette): void {
    if (this.#context === null) return;
    if (this.#palette !== palette) this.#take(this.#context, palette);
    if (this.#image === null || this.#columns !== columns || this.#image.height < 2 * tracks) {
      this.#columns = columns;
      this.#canvas.width = columns;
      this.#canvas.height = 2 * Math.max(1, tracks);
      this.#image = this.#context.createImageData(columns, this.#canvas.height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
      this.busy = new Float32Array(columns + 1);
      this.failed = new Uint8Array(columns + 1);
      this.doubtful = new Uint8Array(columns + 1);
    } else this.#pixels.fill(0);
  }

  /** Takes what was noted of a track between two columns, and forgets it. What failed is in its upper half, doubts are in the lower. */
  paint(track: number, low: number, high: number): void {
    const { busy, failed, doubtful } = this;
    const pixels = this.#pixels;
    const upper = 2 * track * this.#columns;
    const lower = upper + this.#columns;
    for (let column = low; column <= high; column++) {
      const share = busy[column]!;
      if (share === 0) continue;
      const alpha = Math.min(DARKEST, FAINTEST + share * (DARKEST - FAINTEST)) | 0;
      pixels[upper + column] = pixels[lower + column] = (this.#ok & 0xffffff) | (alpha << 24);
    }
    for (let column = low; column <= high; column++) {
      const end = Math.min(this.#columns, column + MARK);
      if (failed[column] === 1) pixels.fill(this.#fail, upper + column, upper + end);
      if (doubtful[column] === 1) pixels.fill(this.#info, lower + column, lower + end);
    }
    busy.fill(0, low, high + 2);
    failed.fill(0, low, high + 2);
    doubtful.fill(0, low, high + 2);
  }

  /** Hands the pixels over; `draw` shows them track by track. */
  end(): void {
    if (this.#image !== null) this.#context?.putImageData(this.#image, 0, 0);
  }

  draw(context: CanvasRenderingContext2D, track: number, x: number, y: number, height: number): void {
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#canvas, 0, 2 * track, this.#columns, 2, x, y, this.#columns, height);
  }

  #take(context: CanvasRenderingContext2D, palette: Palette): void {
    this.#palette = palette;
    [this.#ok, this.#fail, this.#info] = [palette.ok, palette.fail, palette.info].map((colour) =>
      pixelOf(context, colour),
    ) as [number, number, number];
  }
}

/** A colour as a pixel of a little-endian image. */
function pixelOf(context: CanvasRenderingContext2D, colour: string): number {
  context.fillStyle = colour;
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(context.fillStyle) ?? ['', '80', '80', '80'];
  return (0xff << 24) | Number(`0x${blue}${green}${red}`);
}
