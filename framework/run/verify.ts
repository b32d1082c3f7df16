// Proves an adapter without faults, step by step; each step that fails comes with what to do about it.
import { messageOf } from '../contracts/error.js';
import type { Plan } from '../plan/plan.js';
import { Bench } from './verify-bench.js';

export interface StepResult {
  step: string;
  passed: boolean;
  /** What was seen. */
  detail: string;
  /** What to do when it failed. */
  remedy: string;
  /** The system cannot do it, and need not. */
  skipped?: boolean;
}

interface Step {
  name: string;
  remedy: string;
  /** Resolves with what was seen; throws with what went wrong. `null`: not applicable. */
  run: (bench: Bench) => Promise<string | null>;
}

const STEPS: readonly Step[] = [
  {
    name: 'start',
    remedy:
      'run one node by hand and send it an init message; it must answer init_ok on standard output, and log to standard error',
    run: async (bench) => {
      await bench.cluster.start();
      return `${bench.cluster.nodes.length} nodes answered init`;
    },
  },
  {
    name: 'ready',
    remedy:
      'a system with reports: true must call env.report({ leader }) once a leader is elected; raise timing.ready if it is slow',
    run: (bench) => bench.ready(),
  },
  {
    name: 'set-up',
    remedy: 'answer the workload’s set-up message (topology, for broadcast) with its _ok reply',
    run: async (bench) => bench.setUp(),
  },
  {
    name: 'operations',
    remedy:
      'answer each request with <type>_ok or an error body with a definite code; leave a function that the system does not offer out of the workload’s mix',
    run: (bench) => bench.everyFunction(),
  },
  {
    name: 'every node answers',
    remedy: 'a node that cannot serve a request itself must pass it on, or answer error 11 (temporarily unavailable)',
    run: (bench) => bench.everyNode(),
  },
  {
    name: 'restart of one node',
    remedy: 'a restarted node must rejoin with what it had acknowledged: recover its state from disk at start',
    run: async (bench) => {
      const [node] = bench.cluster.nodes;
      await (await bench.cluster.faults.kill([node!])).heal();
      await bench.everyNode();
      return `${node} was killed, started again and answers`;
    },
  },
  {
    name: 'restart of all nodes',
    remedy: 'what was acknowledged must be on disk (fsync) before the answer leaves',
    run: async (bench) => {
      if (bench.plan.system.definition.program !== undefined) return null;
      await (await bench.cluster.faults.kill(bench.cluster.nodes)).heal();
      await bench.everyNode();
      return 'all were killed, started again and answer';
    },
  },
  {
    name: 'logs',
    remedy:
      'print to standard error (programs) or call env.print (reference nodes), so that a failing run can be understood',
    run: async (bench) => bench.logs(),
  },
  {
    name: 'history is valid',
    remedy: 'without any fault the system broke its own promise: run the plan with `chaos run` and read the report',
    run: (bench) => bench.judge(),
  },
  {
    name: 'stop',
    remedy: 'the nodes must end when they are killed; nothing may keep answering',
    run: async (bench) => {
      await bench.cluster.stop();
      return 'every node is stopped';
    },
  },
];

/**
 * Runs the steps on two clusters: everything on the first, then, on a second one from empty folders, that nothing of the
 * first is left (wipe). Stops at the first failure, since later steps rest on earlier ones.
 */
export async function verifySystem(
  plan: Plan,
  folder: string | null,
  onStep: (result: StepResult) => void,
): Promise<boolean> {
  const world = plan.deploy.definition.createWorld();
  return world.drive(async () => {
    const first = await Bench.open(plan, world.clock, folder === null ? null : `${folder}/first`);
    for (const step of STEPS) {
      const result = await attempt(step, first);
      onStep(result);
      if (!result.passed) {
        await first.cluster.stop();
        return false;
      }
    }
    const second = await Bench.open(plan, world.clock, folder === null ? null : `${folder}/second`);
    const result = await attempt(WIPE, second);
    onStep(result);
    await second.cluster.stop();
    return result.passed;
  });
}

const WIPE: Step = {
  name: 'wipe',
  remedy: 'keep all state below the node’s own folder, so that a new run begins empty',
  run: async (bench) => {
    await bench.cluster.start();
    await bench.ready();
    await bench.setUp();
    await bench.everyNode();
    await bench.everyFunction();
    await bench.judge();
    return 'a new cluster starts empty';
  },
};

async function attempt(step: Step, bench: Bench): Promise<StepResult> {
  const { name, remedy } = step;
  try {
    const detail = await step.run(bench);
    return { step: name, passed: true, detail: detail ?? 'not applicable', remedy, skipped: detail === null };
  } catch (error) {
    return { step: name, passed: false, detail: messageOf(error), remedy };
  }
}
