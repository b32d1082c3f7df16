// Whole runs in a lab: defects that need no virtual time to show are found there.
import { describe, expect, it } from 'vitest';
import { run } from './support/run.js';

describe('a run', () => {
  it.each([
    ['stale-reads', []],
    // An acknowledged write is lost only where its leader falls before anybody else has it.
    ['ack-before-commit', ['timing.load=25s']],
    ['no-sync', []],
    ['split-snapshot', ['system.with.snapshot-every=20']],
  ])('of Raft in the lab finds the planted bug %s', async (bug, more) => {
    const plan = `plans/raft/bugs/raft-${bug}.yaml`;
    const { code, said, result } = await run(plan, ['deploy=lab', 'timing.load=15s', ...more]);
    expect(code, said).toBe(0);
    expect(result.valid).toBe(false);
    expect(result.status).toBe('completed');
  });

  it('of Raft in the same storm without a bug finds nothing', async () => {
    const { code, said, result } = await run('plans/raft/raft-storm.yaml', ['deploy=lab', 'timing.load=15s']);
    expect(code, said).toBe(0);
    expect(result.valid).toBe(true);
  });
});
