import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../framework/contracts/cluster.js';
import { NS_PER_S } from '../framework/contracts/time.js';
import nodeHealth from './node-health.js';
import { judge, names, Script } from './testing/script.js';

describe('node-health', () => {
  it('accepts what faults did', () => {
    const events: NodeEvent[] = [
      { time: 0, node: 'n1', kind: 'start' },
      { time: 5, node: 'n1', kind: 'exit', fault: true, detail: 'SIGKILL', lines: [] },
      { time: 6, node: 'n1', kind: 'note', detail: 'a late reply' },
    ];
    expect(judge(nodeHealth, new Script(), { events })).toMatchObject({
      valid: true,
      details: { starts: 1, killed: 1 },
    });
    expect(judge(nodeHealth, new Script()).valid).toBe(true);
  });

  it('finds a node that ended by itself, with its last lines', () => {
    const lines = ['starting', 'panic: index out of range', ''];
    const events: NodeEvent[] = [
      { time: 12.3 * NS_PER_S, node: 'n2', kind: 'exit', fault: false, detail: 'exit code 2', lines },
    ];
    expect(judge(nodeHealth, new Script(), { events }).anomalies).toEqual([
      {
        name: 'node-crash',
        message: 'n2 ended at 12.300 s though no fault ended it: exit code 2. Its last line: panic: index out of range',
        evidence: { node: 'n2', time: 12.3 * NS_PER_S, detail: 'exit code 2', lines },
      },
    ]);
  });

  it('finds output that is no message', () => {
    const events: NodeEvent[] = [{ time: 0, node: 'n1', kind: 'protocol-error', detail: 'not JSON', lines: ['hello'] }];
    const verdict = judge(nodeHealth, new Script(), { events });
    expect(names(verdict)).toEqual(['protocol-error']);
    expect(verdict.anomalies[0]!.message).toBe(
      'n1 wrote something that is not a message, at 0.000 s: not JSON. It wrote: hello',
    );
  });
});
