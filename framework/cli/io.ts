// What a command may print to and ask of its terminal; only main.ts connects it to the real one.

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Standard error is a terminal that can redraw a line. */
  interactive: boolean;
  color: boolean;
  columns: number;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Lines typed on standard input; null when it is not a terminal. */
  lines: (() => AsyncIterable<string>) | null;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export function paint(io: Pick<Io, 'color'>, style: keyof typeof CODES, text: string): string {
  return io.color ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}
