#!/usr/bin/env node
// The program's entry: knows the commands, the terminal and the exit codes; nobody else ends the process.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CommanderError, Command as Parser } from 'commander';
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { breakable } from './breakable.js';
import { check } from './check.js';
import { clean } from './clean.js';
import type { Command, OptionBag } from './command.js';
import { printError } from './errors.js';
import { explain } from './explain.js';
import { exportHistory } from './export.js';
import { heal } from './heal.js';
import type { Io } from './io.js';
import { lab } from './lab.js';
import { list } from './list.js';
import { create } from './new.js';
import { reference } from './reference.js';
import { report } from './report.js';
import { run } from './run.js';
import { schema } from './schema.js';
import { serve } from './serve.js';
import { validate } from './validate.js';
import { verify } from './verify.js';

const COMMANDS: readonly Command[] = [
  run,
  check,
  report,
  serve,
  validate,
  lab,
  list,
  explain,
  verify,
  create,
  heal,
  clean,
  exportHistory,
  schema,
  reference,
];

interface Interruption {
  signal: AbortSignal;
  /** What happens before the end, in words; set once it is known what this process does. */
  ending: string;
  breakable: Io['breakable'];
  /** Asks for an orderly end, without a word. */
  abort: () => void;
}

/**
 * The first Ctrl-C asks for an orderly end; a second one ends at once. What is left then goes by itself: nodes of this machine by the
 * watchdog, labs by their rack, faults and nodes on hosts by their helpers; only containers wait for `clean`.
 */
function interruptible(): Interruption {
  const controller = new AbortController();
  const interrupt = (signal: string) => {
    const name = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    // What the terminal echoed, such as ^C, stands behind the progress; what follows begins on a line of its own.
    const fresh = process.stderr.isTTY ? '\n' : '';
    if (controller.signal.aborted) {
      printAtOnce(fresh);
      process.exit(EXIT.interrupted);
    }
    printAtOnce(`${fresh}${name}: ending in order (${interruption.ending}again: stop at once)\n`);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const interruption: Interruption = {
    signal: controller.signal,
    ending: '',
    abort: () => controller.abort(),
    breakable: (work) => {
      // Nothing runs but the work, and all that is recorded is on disk: SIGTERM may do what it does by default.
      process.off('SIGTERM', interrupt);
      try {
        return breakable(work, () => interrupt('SIGINT'));
      } finally {
        process.on('SIGTERM', interrupt);
      }
    },
  };
  return interruption;
}

/**
 * To standard error, past the stream: a stream that Ctrl-C tears out of a write (see `breakable`) takes no other one. What does
 * not fit into a pipe at once goes to the stream.
 */
function printAtOnce(text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(process.stderr.fd, bytes, written);
  } catch {
    process.stderr.write(bytes.subarray(written));
  }
}

function terminal({ signal, breakable }: Interruption): Io {
  const { env, stderr, stdout, stdin } = process;
  const forced = !['', '0', undefined].includes(env['FORCE_COLOR']);
  const colored = (stream: NodeJS.WriteStream) => !env['NO_COLOR'] && (stream.isTTY || forced);
  return {
    out: (text) => stdout.write(text),
    err: printAtOnce,
    interactive: stderr.isTTY && env['CI'] === undefined && env['TERM'] !== 'dumb',
    color: colored(stdout),
    errorColor: colored(stderr),
    get columns() {
      // A terminal of unknown size says 0.
      return stderr.columns || 80;
    },
    cwd: process.cwd(),
    env,
    lines: stdin.isTTY ? () => createInterface({ input: stdin }) : null,
    signal,
    breakable,
  };
}

function parser(io: Io, begin: (command: Command) => void, finish: (code: number) => void): Parser {
  const program = new Parser('chaos')
    .description(
      'Tests distributed systems as a YAML plan says: a cluster, clients, faults, a judged history, a report.',
    )
    .helpOption('-h, --help', 'show help')
    .option('-v, --version', 'show the version')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showSuggestionAfterError(true)
    .exitOverride();
  for (const command of COMMANDS) {
    const sub = program.command(command.usage).description(command.summary).exitOverride();
    sub.configureOutput({ writeOut: io.out, writeErr: io.err });
    if (command.help !== undefined) sub.addHelpText('after', `\n${command.help}`);
    for (const { flags, description, repeat, default: fallback } of command.options) {
      if (repeat === true) {
        sub.option(flags, description, (value: string, list: string[] = []) => [...list, value]);
      } else if (fallback === undefined) sub.option(flags, description);
      else sub.option(flags, description, fallback);
    }
    sub.action(async (...given: unknown[]) => {
      begin(command);
      const args = given.slice(0, -2) as (string | string[] | undefined)[];
      finish(await command.action(args, given.at(-2) as OptionBag, io));
    });
  }
  // Without this, a word that is no command would be an argument too many.
  program.allowExcessArguments().action(async () => {
    const [word] = program.args;
    if (program.opts()['version'] === true) {
      const { VERSION } = await import('../run/version.js');
      io.out(`${VERSION}\n`);
      finish(EXIT.ok);
    } else if (word === undefined) {
      io.err(program.helpInformation());
      finish(EXIT.usage);
    } else {
      const { nearest } = await import('../plan/nearest.js');
      const names = COMMANDS.map(({ usage }) => usage.split(' ', 1)[0]!);
      const meant = nearest(word, names);
      const hint = meant === undefined ? `there are: ${names.join(', ')}` : `did you mean "${meant}"?`;
      throw new ChaosError('unknown-command', `there is no command '${word}'`, { kind: 'usage', hint });
    }
  });
  return program;
}

async function main(interruption: Interruption): Promise<number> {
  const io = terminal(interruption);
  let code: number = EXIT.ok;
  try {
    const begin = ({ ending }: Command) => {
      interruption.ending = ending === undefined ? '' : `${ending}; `;
    };
    await parser(io, begin, (result) => {
      code = result;
    }).parseAsync(process.argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return printError(error, io);
  }
}

const interruption = interruptible();
// A reader that went away (`chaos list | head`) is no error, but a run whose result nobody reads need not go on.
process.stdout.on('error', interruption.abort);
process.stderr.on('error', () => {});
const code = await main(interruption);
process.exitCode = code;
// Output to a pipe is asynchronous: end only when it is written.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
