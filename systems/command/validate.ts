// What is wrong with the steps of a plan, as sentences.
import { type CommandOptions, type FullStep, STEPS, type StepOption, type Work } from './options.js';
import { misfits, scriptMisfits, VARIABLES } from './placeholders.js';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What the system takes as one argument. */
const LONGEST_SCRIPT = 100_000;

/** A step in its full form. */
export function fullStep(step: StepOption): FullStep {
  return typeof step === 'string' || isList(step) ? { run: step } : step;
}

export function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

export function problemsOf(options: CommandOptions, workload: string | undefined): string[] {
  return [
    ...STEPS.flatMap((name) => {
      const step = options[name];
      return step === undefined ? [] : stepProblems(`step "${name}"`, fullStep(step).run);
    }),
    ...clientProblems(options),
    ...environmentProblems(options),
    ...fileProblems(options.files),
    ...options.logs.flatMap(logProblems),
    ...(workload === undefined || options.workloads.includes(workload)
      ? []
      : [`the client does not offer the workload ${workload}; its workloads are ${options.workloads.join(', ')}`]),
  ];
}

function stepProblems(what: string, run: Work): string[] {
  if (!isList(run)) {
    const long = run.length > LONGEST_SCRIPT ? [`is longer than ${LONGEST_SCRIPT} characters: put it into a file`] : [];
    return sentences(what, [...scriptMisfits(run), ...long, ...unprintable(run)]);
  }
  const empty = run[0]?.trim() === '' ? ['begins with an empty text in place of a program'] : [];
  return sentences(what, [...empty, ...run.flatMap((text) => [...misfits(text), ...unprintable(text)])]);
}

function clientProblems({ client }: CommandOptions): string[] {
  const words = isList(client) ? client : [client];
  return sentences(
    'the client',
    words.flatMap((text) => [...misfits(text, true), ...unprintable(text)]),
  );
}

function environmentProblems({ env, secrets }: CommandOptions): string[] {
  const names = [...Object.keys(env), ...secrets];
  return [
    ...names.filter((name) => !VARIABLE.test(name)).map((name) => `"${name}" is no name of a variable`),
    ...names
      .filter((name) => VARIABLES.includes(name) || name.startsWith('CHAOS_'))
      .map((name) => `the variable ${name} is taken: choose another name`),
    ...secrets.filter((name) => Object.hasOwn(env, name)).map((name) => `${name} is both in env and in secrets`),
    ...Object.entries(env).flatMap(([name, text]) =>
      sentences(`env ${name}`, [...misfits(text), ...unprintable(text)]),
    ),
  ];
}

function fileProblems(files: readonly string[]): string[] {
  const names = files.map(nameOf);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `two of files are called ${name}: they would be one on the host`,
  );
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.split('/').findLast((part) => part !== '') ?? path;
}

function logProblems(glob: string): string[] {
  const absolute = glob.startsWith('/') || /^\$\{node\.(data|logs|files)\}/.test(glob);
  return sentences(`logs "${glob}"`, [
    ...misfits(glob),
    ...unprintable(glob),
    ...(absolute ? [] : ['is no absolute path']),
  ]);
}

function unprintable(text: string): string[] {
  return text.includes('\0') ? ['has a NUL in it'] : [];
}

function sentences(subject: string, predicates: readonly string[]): string[] {
  return predicates.map((predicate) => `${subject} ${predicate}`);
}
