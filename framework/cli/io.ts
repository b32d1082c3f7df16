// What a command may print to and ask of its terminal; only main.ts connects it to the real one.

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Standard error is a terminal that can redraw a line. */
  interactive: boolean;
  /** Colours on standard output, and on standard error. */
  color: boolean;
  errorColor: boolean;
  /** Of standard error, as wide as it is now. */
  readonly columns: number;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Lines typed on standard input; null when it is not a terminal. */
  lines: (() => AsyncIterable<string>) | null;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** Does work that keeps the event loop waiting; Ctrl-C ends it all the same: it throws `ChaosError('interrupted')`. */
  breakable<T>(work: () => T): T;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export function paint(io: Pick<Io, 'color'>, style: keyof typeof CODES, text: string): string {
  return io.color ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** As `paint`, for text on standard error. */
export function paintError(io: Pick<Io, 'errorColor'>, style: keyof typeof CODES, text: string): string {
  return paint({ color: io.errorColor }, style, text);
}
