// The processes of nodes: started, signalled, frozen and killed with everything that belongs to them.
import { ChaosError, messageOf } from '../../contracts/error.js';
import { MarkReader } from './marks.js';
import type { HelperContext, HelperModule } from './modules.js';
import { NodeProcesses, type NodeState } from './node-processes.js';
import type { ProcessRow } from './process-table.js';
import type { HelperEvent } from './protocol.js';

const NAME = 'processes';

export interface ProcessModule extends HelperModule {
  /** Kills every node. Rejects with one error when something stays; all others are gone nevertheless. */
  killAll(): Promise<void>;
  /** Forgets the nodes of an earlier run, which go on. */
  forget(): void;
  /** What belongs to a node and lives now. */
  rowsOf(node: string): ProcessRow[];
}

export function processModule(context: HelperContext, tell: (event: HelperEvent) => void): ProcessModule {
  const reader = new MarkReader();
  const nodes = new Map<string, NodeProcesses>();
  const remember = () => {
    const states = [...nodes].map(([name, { state }]) => [name, state] as const);
    const kept = states.filter(([, state]) => state.frozen || state.main !== null || state.known.length > 0);
    context.remember(NAME, kept.length === 0 ? null : Object.fromEntries(kept));
  };
  const note = () => {
    try {
      remember();
    } catch (error) {
      context.log(`the state is not written: ${messageOf(error)}`);
    }
  };
  const node = (name: string) => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const made = new NodeProcesses(name, {
      reader,
      run: context.run,
      remember,
      note,
      exited: (node, pid, code, signal, lines) => tell({ event: 'exit', node, pid, code, signal, lines }),
    });
    nodes.set(name, made);
    return made;
  };
  return {
    name: NAME,
    handle: {
      start: (ask) => node(ask.node).start(ask),
      step: (ask) => node(ask.node).step(ask),
      signal: async ({ node: name, signal }) => ({
        processes: signal === 'SIGKILL' ? await node(name).kill() : node(name).signal(signal),
      }),
      freeze: ({ node: name, frozen }) => (frozen ? node(name).freeze() : node(name).wake()),
    },
    restore: () => all([...nodes.values()].map((each) => each.restore())),
    async recover(state) {
      for (const [name, each] of Object.entries(state as Record<string, NodeState>)) node(name).adopt(each);
      await this.restore();
    },
    killAll: () => all([...nodes.values()].map((each) => each.kill())),
    forget: () => nodes.clear(),
    rowsOf: (name) => node(name).rows(),
  };
}

/** Waits for all of them, also when one fails. */
async function all(tasks: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).filter((result) => result.status === 'rejected');
  if (failed.length === 0) return;
  throw new ChaosError('helper-failed', failed.map(({ reason }) => messageOf(reason)).join('; '));
}
