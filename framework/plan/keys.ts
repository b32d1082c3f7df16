// The keys of a plan as data: they validate plans, supply defaults, and make the JSON schema and the reference page.
import { TARGETS } from '../contracts/nemesis.js';
import { type OptionSchema, type Options, option } from '../contracts/options.js';

/** One block of a plan: its keys, and which of them it cannot do without. */
export interface Block {
  /** As messages name it: "unknown key … in system". */
  title: string;
  summary: string;
  keys: Options;
  required: readonly string[];
}

const use = (what: string) => option.text(`A built-in ${what}, or the path of a module such as ./my-${what}.ts.`);
const options = (what: string) => option.any(`Options of the ${what}.`);

const TARGET_LIST: OptionSchema = {
  description: `What is hit: ${TARGETS.join(', ')}, or a list of nodes such as [n1, n3]. Where it is left out, the nemesis decides.`,
  anyOf: [
    { type: 'string', enum: TARGETS },
    { type: 'array', items: { type: 'string' }, minItems: 1 },
  ],
};

const AT_LIST: OptionSchema = {
  ...option.list(
    'Strike at these times after the start of the load, instead of every so often.',
    option.duration('A time after the start of the load.'),
  ),
  minItems: 1,
};

export const SYSTEM: Block = {
  title: 'system',
  summary: 'What is tested.',
  required: ['use'],
  keys: {
    use: use('system'),
    nodes: option.integer(
      'How many nodes; they are called n1, n2 and so on, those of the system maelstrom n0, n1 and so on.',
      5,
      { minimum: 1, maximum: 99 },
    ),
    spares: option.integer(
      'How many more nodes run without belonging to the cluster, for the nemesis membership to let them in.',
      0,
      { minimum: 0, maximum: 99 },
    ),
    with: options('system'),
  },
};

export const DEPLOY: Block = {
  title: 'deploy',
  summary: 'Where the nodes run. Options of the deployment stand beside `use`.',
  required: ['use'],
  keys: { use: use('deployment') },
};

export const WORKLOAD: Block = {
  title: 'workload',
  summary: 'What the clients do.',
  required: ['use'],
  keys: {
    use: use('workload'),
    with: options('workload'),
    clients: option.integer(
      'How many clients work at the same time; twice the number of nodes where it is left out.',
      undefined,
      {
        minimum: 1,
        maximum: 10_000,
      },
    ),
    rate: option.rate(
      'Operations per second over all clients. Left out: each client goes on as soon as it is answered.',
    ),
    route: option.choice(
      'Which node a client talks to: always the same one (sticky), any (random), or the one that reports to lead (leader).',
      ['sticky', 'random', 'leader'],
      'sticky',
    ),
  },
};

export const NEMESIS: Block = {
  title: 'nemesis',
  summary: 'A fault and when it strikes: every so often, or at chosen times.',
  required: ['use'],
  keys: {
    use: use('nemesis'),
    with: options('nemesis'),
    targets: TARGET_LIST,
    every: option.duration('Time from one strike to the next; 10s where neither this nor `at` is given.'),
    for: option.duration('How long each strike lasts.', '5s'),
    jitter: option.percent('How far `every` varies from strike to strike, either way.', '0%'),
    at: AT_LIST,
  },
};

export const DEFAULT_EVERY = '10s';

export const INJECTION: Block = {
  title: 'injection',
  summary: 'One fault that is already decided, as a history records it. All other keys are what the nemesis decided.',
  required: ['fault', 'at', 'for'],
  keys: {
    fault: use('nemesis'),
    at: option.duration('Time after the start of the load.'),
    for: option.duration('How long it lasts.'),
    targets: option.list('The nodes that are hit.', { type: 'string' }, []),
  },
};

export const TIMING: Block = {
  title: 'timing',
  summary: 'How long the phases of a run last.',
  required: [],
  keys: {
    load: option.duration('Load under faults.', '30s'),
    recover: option.duration(
      'Time after every fault was healed: the load goes on, in the second half nothing does if final reads follow.',
      '10s',
    ),
    'op-timeout': option.duration('An operation that takes longer counts as indeterminate.', '2s'),
    ready: option.duration('How long nodes may take to get ready.', '10s'),
  },
};

export const EVIDENCE: Block = {
  title: 'evidence',
  summary: 'What a verdict "valid" must rest on; with less it is "unknown".',
  required: [],
  keys: {
    'ok-per-function': option.integer('Successful operations of each kind.', 10, { minimum: 0 }),
    'reads-after-heal': option.integer('Successful reads after the last fault was healed.', 1, { minimum: 0 }),
    overlap: option.integer('Operations that overlap each kind of fault.', 1, { minimum: 0 }),
  },
};

export const EXPECT: Block = {
  title: 'expect',
  summary: 'What the run must come to.',
  required: ['anomalies'],
  keys: {
    anomalies: option.list(
      'All of these must be found: names of anomalies, or of checkers that find one.',
      { type: 'string' },
      undefined,
      {
        minItems: 1,
      },
    ),
    others: option.choice('Whether other anomalies may be found as well.', ['forbid', 'allow'], 'forbid'),
  },
};

export const PLAN: Block = {
  title: 'the plan',
  summary: 'A plan is a map with these keys.',
  required: ['name', 'system', 'workload'],
  keys: {
    name: option.text('What the plan shows, for people.', undefined, { pattern: '\\S', 'x-expected': 'a short text' }),
    extends: option.text(
      'Path of another plan, relative to this one: its keys hold wherever this plan does not set them.',
    ),
    system: option.any('The system under test: a name, or a map.'),
    deploy: option.any('Where the nodes run: a name, or a map.', 'local'),
    workload: option.any('What the clients do: a name, or a map.'),
    nemeses: option.list('The faults: names, or maps.', {}, []),
    injections: option.list('Faults that are already decided, for repeating a run.', {}, []),
    timing: option.any('How long the phases last.'),
    checks: option.list(
      'The checks: names, or maps such as { availability: { at-least: 80% } }. Left out: those that the workload brings.',
      {},
    ),
    expect: option.any('What the run must come to: valid, or a map of anomalies that must be found.', 'valid'),
    evidence: option.any('What a verdict "valid" must rest on.'),
    messages: option.flag('Record every message between nodes in messages.jsonl.', false),
    seed: option.integer('Where all random draws start; the same seed gives the same draws.', 1, {
      minimum: 0,
      maximum: 2 ** 53 - 1,
    }),
    matrix: option.map(
      'Runs the plan once for each combination: paths such as system.with.reads, each with a list of values.',
      option.list('Values.', {}),
    ),
  },
};

/** Durations that make no sense as zero. */
export const POSITIVE: Readonly<Record<string, readonly string[]>> = {
  timing: ['load', 'op-timeout', 'ready'],
  nemesis: ['every', 'for'],
  injection: ['for'],
  workload: ['rate'],
};

export const MOST_CELLS = 1000;

/** The schema of a block's own keys. */
export function blockSchema(block: Block, open = false): OptionSchema {
  return { type: 'object', properties: { ...block.keys }, required: block.required, additionalProperties: open };
}
