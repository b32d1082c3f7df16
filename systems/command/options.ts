// The options of a system that is any program: how it is installed, started and spoken to.
import { type OptionSchema, type Options, option } from '../../framework/contracts/options.js';

/** A command (a list) or a script for `sh -eu` (a text). */
export type Work = readonly string[] | string;

export interface FullStep {
  run: Work;
  root?: boolean;
  timeout?: number;
}

export type StepOption = Work | FullStep;

export interface CommandOptions {
  files: readonly string[];
  install?: StepOption;
  start: StepOption;
  daemon: boolean;
  ready?: StepOption;
  stop?: StepOption;
  wipe?: StepOption;
  logs: readonly string[];
  client: string | readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  secrets: readonly string[];
  workloads: readonly string[];
}

export const STEPS = ['install', 'start', 'ready', 'stop', 'wipe'] as const;

/** All whose requests a client can answer. */
export const WORKLOADS: readonly string[] = [
  'broadcast',
  'counter',
  'echo',
  'g-set',
  'or-set',
  'register',
  'unique-ids',
];

const LIST: OptionSchema = { type: 'array', items: { type: 'string' }, minItems: 1 };
const SCRIPT: OptionSchema = { type: 'string', pattern: '\\S' };
const EXPECTED = 'a command as a list, as in [etcd, --name, "${node.id}"], or a script as text';

function step(description: string): OptionSchema {
  const run: OptionSchema = {
    anyOf: [LIST, SCRIPT],
    description: 'The command (a list, no shell reads it) or the script (a text for `sh -eu`).',
    'x-expected': EXPECTED,
  };
  const full: OptionSchema = {
    type: 'object',
    properties: {
      run,
      root: option.flag('It needs root.'),
      timeout: option.duration('How long it may take.'),
    },
    required: ['run'],
    additionalProperties: false,
  };
  return {
    anyOf: [LIST, SCRIPT, full],
    description,
    'x-expected': `${EXPECTED}, or { run: …, root: true, timeout: 10s }`,
  };
}

export const OPTIONS: Options = {
  files: option.list(
    'Files and folders that nodes need, brought to every host: `./server.py` is `${node.files}/server.py` there.',
    option.path('A file or folder.'),
    [],
  ),
  install: step('Once on every host, before anything starts.'),
  start: option.required(
    step('Starts a node. It goes on as long as the node lives, unless `daemon`; its output is the node’s log.'),
  ),
  daemon: option.flag('`start` ends when the node runs, and leaves it behind.', false),
  ready: step(
    'Asked again and again until it succeeds; without it a node is ready when it has run for half a second. Its timeout: 60s.',
  ),
  stop: step('Before a node is killed at the end of a run; faults kill without asking.'),
  wipe: step('Before the first start, in place of emptying `${node.data}`.'),
  logs: option.list(
    'Files that are kept with the results, as absolute globs; those in `${node.logs}` always are.',
    { type: 'string', pattern: '\\S' },
    [],
  ),
  client: option.required({
    anyOf: [option.program('A program.'), LIST],
    description:
      'The program that speaks the Maelstrom protocol for a node, one for each, beside `chaos`: a path, a name on the PATH, or a list with arguments.',
    'x-expected': 'a program such as ./client.py, or a list such as [python3, ./client.py]',
  }),
  cwd: option.path('Working directory of the client: what relative paths in its list start from.', '.', {
    'x-expected': 'a folder such as ./clients',
  }),
  env: option.map('Environment of every step. Values may hold `${node.id}` and its like.', { type: 'string' }, {}),
  secrets: option.list(
    'Names of variables that steps get from the environment of `chaos`; their values are shown and kept nowhere.',
    { type: 'string' },
    [],
  ),
  workloads: option.list('What the client can answer.', { type: 'string', enum: WORKLOADS }, WORKLOADS),
};
