#!/usr/bin/env node
// The program's entry: knows the commands, the terminal and the exit codes; nobody else ends the process.
import { createInterface } from 'node:readline';
import { CommanderError, Command as Parser } from 'commander';
import { EXIT } from '../contracts/result.js';
import { check } from './check.js';
import type { Command, OptionBag } from './command.js';
import { printError } from './errors.js';
import { exportHistory } from './export.js';
import type { Io } from './io.js';
import { list } from './list.js';
import { create } from './new.js';
import { reference } from './reference.js';
import { run } from './run.js';
import { schema } from './schema.js';
import { validate } from './validate.js';
import { verify } from './verify.js';

const COMMANDS: readonly Command[] = [run, check, validate, list, verify, create, exportHistory, schema, reference];

function terminal(signal: AbortSignal): Io {
  const { env, stderr, stdout } = process;
  const interactive = stderr.isTTY === true && env['CI'] === undefined && env['TERM'] !== 'dumb';
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    interactive,
    color: env['NO_COLOR'] === undefined && (stdout.isTTY === true || env['FORCE_COLOR'] !== undefined),
    columns: stderr.columns ?? 80,
    cwd: process.cwd(),
    env,
    lines: process.stdin.isTTY === true ? () => createInterface({ input: process.stdin }) : null,
    signal,
  };
}

/** The first Ctrl-C asks for an orderly end; a second one ends at once (the watchdog removes what is left). */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    process.stderr.write(`\n${name}: healing, stopping the nodes, keeping the history (again: stop at once)\n`);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

function parser(io: Io, finish: (code: number) => void): Parser {
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
        sub.option(flags, description, (value: string, list: string[]) => [...list, value], []);
      } else if (fallback === undefined) sub.option(flags, description);
      else sub.option(flags, description, fallback);
    }
    sub.action(async (...given: unknown[]) => {
      const args = given.slice(0, -2) as (string | string[] | undefined)[];
      finish(await command.action(args, given.at(-2) as OptionBag, io));
    });
  }
  program.action(async () => {
    if (program.opts()['version'] === true) {
      const { VERSION } = await import('../run/version.js');
      io.out(`${VERSION}\n`);
      finish(EXIT.ok);
    } else {
      io.err(program.helpInformation());
      finish(EXIT.usage);
    }
  });
  return program;
}

async function main(): Promise<number> {
  const io = terminal(interruptible());
  let code: number = EXIT.ok;
  try {
    await parser(io, (result) => {
      code = result;
    }).parseAsync(process.argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return printError(error, io);
  }
}

// A reader that went away (`chaos list | head`) is no error.
process.stdout.on('error', () => process.exit(EXIT.ok));
const code = await main();
// Output to a pipe is asynchronous: end only when it is written.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
