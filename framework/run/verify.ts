// Proves an adapter without faults, step by step; each step that fails comes with what to do about it.
import { ChaosError, messageOf } from '../contracts/error.js';
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
  run: (bench: Bench) => Promise<string | null | { skipped: string }>;
}

/** A program of the user's, which need not do all that a reference system does. */
function isProgram({ plan }: Bench): boolean {
  return plan.system.definition.program !== undefined;
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
    name: 'logs',
    remedy: 'call env.print, so that a failing run can be understood',
    run: async (bench) => {
      const { logged, nodes } = await bench.logs();
      if (logged > 0) return `${logged} of ${nodes} nodes have logged`;
      if (isProgram(bench)) return { skipped: 'no node has logged anything; what it prints to standard error is kept' };
      throw new Error('no node has logged anything');
    },
  },
  {
    name: 'history is valid',
    remedy: 'without any fault the system broke its own promise: run the plan with `npx chaos run` and read the report',
    run: (bench) => bench.judgeInTheEnd(),
  },
  {
    name: 'restart of one node',
    remedy: 'a node that was killed must come back when it is started again, with what its disk holds',
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
      if (isProgram(bench)) return null;
      await (await bench.cluster.faults.kill(bench.cluster.nodes)).heal();
      await bench.everyNode();
      return 'all were killed, started again and answer';
    },
  },
  {
    name: 'nothing is forgotten',
    remedy: 'a restarted node must rejoin with what it had acknowledged: recover its state from disk at start',
    run: async (bench) => {
      try {
        return await bench.judgeInTheEnd();
      } catch (error) {
        // Many programs live in memory only, and are never killed by those who wrote them.
        if (isProgram(bench)) return { skipped: `plans that kill nodes will find: ${messageOf(error)}` };
        throw error;
      }
    },
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
 * first is left (wipe). Stops at the first failure, since later steps rest on earlier ones. Throws `ChaosError('interrupted')`
 * before the next step after an abort.
 */
export async function verifySystem(
  plan: Plan,
  folder: string | null,
  signal: AbortSignal,
  onStep: (result: StepResult) => void,
): Promise<boolean> {
  const world = plan.deploy.definition.createWorld();
  return world.drive(async () => {
    const pass = async (name: string, steps: readonly Step[]) => {
      const bench = await Bench.open(plan, world.clock, folder === null ? null : `${folder}/${name}`);
      try {
        for (const step of steps) {
          if (signal.aborted) throw new ChaosError('interrupted', `before the step ${step.name}`, { kind: 'usage' });
          const result = await attempt(step, bench);
          onStep(result);
          if (!result.passed) return false;
        }
        return true;
      } finally {
        await bench.cluster.stop();
      }
    };
    return (await pass('first', STEPS)) && (await pass('second', [WIPE]));
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
    await bench.judgeInTheEnd();
    return 'a new cluster starts empty';
  },
};

async function attempt(step: Step, bench: Bench): Promise<StepResult> {
  const { name, remedy } = step;
  try {
    const seen = await step.run(bench);
    if (typeof seen === 'string') return { step: name, passed: true, detail: seen, remedy, skipped: false };
    return { step: name, passed: true, detail: seen?.skipped ?? 'not applicable', remedy, skipped: true };
  } catch (error) {
    // What an error advises fits it better than what is advised for the step.
    const hint = error instanceof ChaosError ? error.hint : undefined;
    return { step: name, passed: false, detail: messageOf(error), remedy: hint ?? remedy };
  }
}
