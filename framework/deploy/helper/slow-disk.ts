// A slow disk for any program: `strace` is attached to its processes and holds up each of their syncs on the way back.
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { HelperContext, HelperModule } from './modules.js';
import { type ProcessRow, processRow } from './process-table.js';
import type { Answer, Ask } from './protocol.js';
import { isTraced, type Left, Tracer, tracersOf } from './tracer.js';

const NAME = 'slow-disk';
const ATTACHED: Milliseconds = 5000;
const STEP: Milliseconds = 10;
/** Attempts: each finds what the one before it has missed, or what was started since. */
const MOST_TRACERS = 20;

/** What programs call until something is on disk. What they write with O_SYNC, or through io_uring, is none of these. */
const SYNCS = ['fsync', 'fdatasync', 'sync_file_range', 'sync_file_range2', 'msync', 'syncfs', 'sync'];

/** What was to be held has ended before that, or since: checks whether the node is ready come and go. */
const GONE = /no such process|^strace ended \(status 0\)$/i;

/** In force on one node. */
interface Slow {
  delay: Milliseconds;
  tracers: Tracer[];
}

/** Calls that this machine does not know are left out; the rest of what `strace` says is of no interest. */
export function straceOptions(delay: Milliseconds): string[] {
  const calls = SYNCS.map((name) => `?${name}`).join(',');
  const microseconds = Math.max(1, Math.round(delay * 1000));
  const expressions = [`trace=${calls}`, 'signal=none', `inject=${calls}:delay_exit=${microseconds}`];
  return ['-f', '-qq', '-o', '/dev/null', ...expressions.flatMap((each) => ['-e', each])];
}

/** `processesOf`: what belongs to a node and lives now. */
export function slowDiskModule(context: HelperContext, processesOf: (node: string) => ProcessRow[]): HelperModule {
  const nodes = new Map<string, Slow>();

  const remember = () => {
    const left: Left[] = [...nodes.values()].flatMap(({ tracers }) => tracers.map(({ left }) => left));
    context.remember(NAME, left.length === 0 ? null : left);
  };

  const heal = async (node: string) => {
    const slow = nodes.get(node);
    if (slow === undefined) return;
    // Whoever ends now was not lost.
    slow.delay = 0;
    await Promise.all(slow.tracers.map((tracer) => tracer.end()));
    nodes.delete(node);
    remember();
  };

  const launch = (node: string, slow: Slow, pids: readonly number[]) => {
    const tracer = new Tracer([...straceOptions(slow.delay), ...pids.flatMap((pid) => ['-p', String(pid)])], (why) => {
      slow.tracers = slow.tracers.filter((other) => other !== tracer);
      remember();
      // It ends with the last process that it holds.
      const isEarly = slow.delay > 0 && pids.some((pid) => processRow(pid) !== null);
      if (isEarly && !GONE.test(why)) context.note(node, `its syncs are not slow any more: ${why}`);
    });
    slow.tracers.push(tracer);
    remember();
    return tracer;
  };

  /** Resolves when every thread of every process of the node is held by a tracer of ours. */
  const cover = async (node: string, slow: Slow): Promise<number> => {
    let launched = 0;
    let last: Tracer | null = null;
    for (const deadline = Date.now() + ATTACHED; ; await sleep(STEP)) {
      const rows = processesOf(node);
      const ours = new Set(slow.tracers.map(({ pid }) => pid));
      const free = rows.map(({ pid }) => pid).filter((pid) => !isTraced(pid, ours));
      if (free.length === 0) return rows.length;
      const other = free.flatMap(tracersOf).find((by) => by !== 0 && !ours.has(by));
      if (other !== undefined) throw unsupported(node, `process ${other} traces it already`);
      const why: string = last?.failure ?? `strace was not attached within ${ATTACHED / 1000} s`;
      if (Date.now() > deadline) throw unsupported(node, why);
      if (last !== null && !last.isSettled) continue;
      // What had to be held may have ended meanwhile; what it has started before that is found now.
      if (launched === MOST_TRACERS || (last?.failure != null && !GONE.test(last.failure)))
        throw unsupported(node, why);
      last = launch(node, slow, free);
      launched++;
    }
  };

  const declare = async ({ node, delay }: Ask<'slow-disk'>): Promise<Answer<'slow-disk'>> => {
    if (nodes.get(node)?.delay !== delay) await heal(node);
    if (delay === 0) return { processes: 0 };
    const slow = nodes.get(node) ?? { delay, tracers: [] };
    nodes.set(node, slow);
    try {
      return { processes: await cover(node, slow) };
    } catch (error) {
      await heal(node).catch((why: unknown) => context.log(messageOf(why)));
      throw error;
    }
  };

  return {
    name: NAME,
    handle: { 'slow-disk': declare },
    restore: async () => {
      await Promise.all([...nodes.keys()].map(heal));
    },
    recover: async (state) => {
      await Promise.all((state as Left[]).map((left) => Tracer.endLeft(left)));
      context.remember(NAME, null);
    },
  };
}

function sleep(time: Milliseconds): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

function unsupported(node: string, why: string): ChaosError {
  return new ChaosError('fault-unsupported', `the syncs of ${node} cannot be slowed down: ${why}`, {
    hint: 'It needs strace, and the right to trace processes there: root, or kernel.yama.ptrace_scope = 0.',
  });
}
