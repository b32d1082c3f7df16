// A terminal for tests: runs the program on a pseudo-terminal and says what a person would see.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { MAIN, ROOT } from './chaos.js';

export interface Shown {
  code: number | null;
  /** The lines on the screen in the end, as the terminal wraps them. */
  screen: string[];
  /** Every state of a line that was drawn over, in order. */
  drawn: string[];
}

interface TerminalOptions {
  cwd: string;
  columns?: number;
  /** Types Ctrl-C when this text appears; `twice`: again when the program has answered. */
  interruptAt?: string;
  twice?: boolean;
  env?: Record<string, string>;
}

export async function onTerminal(args: readonly string[], options: TerminalOptions): Promise<Shown> {
  const { cwd, columns = 80, interruptAt = '', twice = false, env = {} } = options;
  const times = interruptAt === '' ? 0 : twice ? 2 : 1;
  const helper = [join(ROOT, 'test/support/terminal.py'), String(columns), interruptAt, String(times)];
  const { CI: _, NO_COLOR: __, ...inherited } = process.env;
  const child = spawn('python3', [...helper, process.execPath, MAIN, ...args], {
    cwd,
    env: { ...inherited, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let bytes = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    bytes += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // The first line is the key that the helper pressed.
  return { code, ...render(bytes.replace(/^\r?\n/, ''), columns) };
}

/** As much of a terminal as the program uses: carriage returns, line feeds, erasing, colours, wrapping at the right edge. */
export function render(text: string, columns: number): { screen: string[]; drawn: string[] } {
  const screen: string[][] = [[]];
  const drawn: string[] = [];
  let row = 0;
  let column = 0;
  const down = () => {
    row++;
    while (screen.length <= row) screen.push([]);
  };
  const put = (character: string) => {
    if (column >= columns) {
      column = 0;
      down();
    }
    screen[row]![column++] = character;
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told
  for (const [token, code, letter] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|./gsu)) {
    if (letter === 'm') continue;
    if (letter === 'K') screen[row] = code === '2' ? [] : screen[row]!.slice(0, column);
    else if (letter !== undefined) throw new Error(`the terminal does not know ${JSON.stringify(token)}`);
    else if (token === '\r') {
      drawn.push(screen[row]!.join(''));
      column = 0;
    } else if (token === '\n') down();
    else put(token!);
  }
  return { screen: screen.map((line) => Array.from(line, (character) => character ?? ' ').join('')), drawn };
}
