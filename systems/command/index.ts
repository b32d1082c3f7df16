// Any program, in any language, is a system by saying how it is started and what speaks for it.
import { defineSystem } from '../../framework/contracts/define.js';
import { programName, scriptName } from '../../framework/contracts/program-name.js';
import type { Lifecycle, NodePlace, Step } from '../../framework/contracts/system.js';
import { type CommandOptions, OPTIONS, STEPS, type StepOption, WORKLOADS } from './options.js';
import { fill, variables } from './placeholders.js';
import { fullStep, isList, nameOf, problemsOf } from './validate.js';

export default defineSystem<CommandOptions>({
  name: 'command',
  summary: 'any program: installed, started and stopped by commands, and spoken to through a small program of yours',
  workloads: WORKLOADS,
  options: OPTIONS,
  validate: (options, _nodes, workload) => problemsOf(options, workload),
  title: ({ start }) => {
    const { run } = fullStep(start);
    return isList(run) ? programName(run) : scriptName(run);
  },
  files: ({ files }) => Object.fromEntries(files.map((path) => [nameOf(path), path])),
  lifecycle: (options, node, nodes) => {
    const here = { node, nodes };
    const env = { ...filled(options.env, node, nodes), ...variables(here) };
    const steps = STEPS.flatMap((name) => {
      const step = options[name];
      return step === undefined ? [] : [[name, contractOf(step, options, env, (text) => fill(text, here))] as const];
    });
    return {
      ...(Object.fromEntries(steps) as unknown as Pick<Lifecycle, (typeof STEPS)[number]>),
      daemon: options.daemon,
      logs: options.logs.map((glob) => fill(glob, here)),
    };
  },
  bridge: ({ client, cwd }, node, nodes) => {
    const here = { node, nodes };
    const [command = '', ...args] = (isList(client) ? client : [client]).map((text) => fill(text, here));
    return { command, args, cwd, env: variables(here, true) };
  },
});

function filled(env: Readonly<Record<string, string>>, node: NodePlace, nodes: readonly NodePlace[]) {
  return Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fill(text, { node, nodes })]));
}

function contractOf(
  step: StepOption,
  { secrets }: CommandOptions,
  env: Readonly<Record<string, string>>,
  fillIn: (text: string) => string,
): Step {
  const { run, root, timeout } = fullStep(step);
  return {
    ...(isList(run) ? { command: run.map(fillIn) } : { script: run }),
    env,
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(root === undefined ? {} : { root }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}
