// The block of the page that every part needs.
import type { History } from '../../contracts/history.js';
import { keyText } from '../operations.js';
import type { PagePhase, RunBlock } from '../page/run.js';
import type { Story } from '../story.js';
import { clip, clipShort } from '../text.js';

export function runBlock({ input, statistics, faults, leaders, cases }: Story): RunBlock {
  return {
    end: statistics.end,
    nodes: input.result.nodes.map((node) => clipShort(node, 60)),
    faults: faults.inForce.map((fault) => ({
      ...fault,
      targets: fault.targets.map((target) => clipShort(target, 60)),
    })),
    leaders: leaders.map(({ time, node, term }) => ({ time, node: clipShort(node, 60), term: term ?? null })),
    phases: phasesOf(input.history),
    anomalies: cases.map(({ anomaly, operations, span }) => ({
      name: clip(anomaly.name, 80),
      message: clip(anomaly.message, 1000),
      key: anomaly.key === undefined ? null : keyText(anomaly.key),
      checker: clip(anomaly.checker, 60),
      rows: operations.map(({ index }) => index),
      span: span ?? null,
    })),
  };
}

function phasesOf(history: History): PagePhase[] {
  return history.nemesisEvents().flatMap(({ f, time, value }) => {
    const name = f === 'phase' ? (value as { phase?: unknown } | null)?.phase : undefined;
    return typeof name === 'string' ? [{ name: clipShort(name, 20), time }] : [];
  });
}
