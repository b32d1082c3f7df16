// A command as data: its words, its options, and an action that loads the rest of the program only when it runs.
import type { Io } from './io.js';

export interface CommandOption {
  /** As commander reads it: `--seed <n>`. */
  flags: string;
  description: string;
  /** The option may be given several times; its value is a list. */
  repeat?: boolean;
  default?: string;
}

export type OptionBag = Record<string, string | boolean | string[] | undefined>;

export interface Command {
  /** Name and arguments as commander reads them: `run <plans...>`. */
  usage: string;
  summary: string;
  /** Shown below the options: examples. */
  help?: string;
  options: readonly CommandOption[];
  /** What Ctrl-C makes it do before it ends, for the person who waits. */
  ending?: string;
  /** Returns the exit code. */
  action: (args: readonly (string | string[] | undefined)[], options: OptionBag, io: Io) => Promise<number>;
}

export function textOption(options: OptionBag, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOption(options: OptionBag, name: string): string[] {
  const value = options[name];
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}
