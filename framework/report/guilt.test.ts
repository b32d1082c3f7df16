import { describe, expect, it } from 'vitest';
import type { FoundAnomaly } from '../contracts/result.js';
import { ColumnarHistory } from '../history/history.js';
import { circumstances } from './circumstances.js';
import { faultsDuring } from './guilt.js';
import { type ReportInput, tell } from './story.js';
import { validRun } from './testing/scenarios.js';

const S = 1_000_000_000;

interface Injected {
  name: string;
  targets: string[];
  /** Seconds. */
  from: number;
  to: number;
}

/** A write at second 10 on n1, one at second 11 on n2, and a read at second 20 on n3, as of a run of a minute. */
function storyOf(faults: readonly Injected[], anomaly: Partial<FoundAnomaly> = {}, options = {}) {
  const history = new ColumnarHistory();
  const lines = faults.flatMap(({ name, targets, from, to }, id) =>
    (['inject', 'heal'] as const).map((phase) => {
      const time = (phase === 'inject' ? from : to) * S;
      const value = { id, phase, targets, requested: time, effective: time, injection: { targets } };
      return { time, add: () => void history.appendNemesis(time, name, value) };
    }),
  );
  const rows: number[] = [];
  const client = (at: number, process: number, f: string, value: unknown) => {
    const time = at * S;
    const asked = f === 'read' ? null : value;
    lines.push({ time, add: () => void rows.push(history.appendInvoke(time, process, f, 1, asked, `n${process}`)) });
    lines.push({ time: time + S / 10, add: () => void history.appendCompletion(time + S / 10, process, 'ok', value) });
  };
  client(10, 1, 'write', 1);
  client(11, 2, 'write', 2);
  client(20, 3, 'read', 1);
  client(60, 4, 'read', 2);
  for (const { add } of lines.sort((a, b) => a.time - b.time)) add();
  const base = validRun();
  const found: FoundAnomaly = {
    name: 'stale-read',
    checker: 'x',
    message: 'm',
    operations: rows.slice(0, 3),
    ...anomaly,
  };
  const system = { ...base.result.system, options };
  const input: ReportInput = { ...base, history, result: { ...base.result, system, valid: false, anomalies: [found] } };
  return tell(input);
}

function order(faults: readonly Injected[], anomaly: Partial<FoundAnomaly> = {}): string[] {
  const story = storyOf(faults, anomaly);
  return faultsDuring(story, story.cases[0]!).map(({ fault }) => fault.name);
}

function said(faults: readonly Injected[], anomaly: Partial<FoundAnomaly> = {}, options = {}): string {
  const story = storyOf(faults, anomaly, options);
  return circumstances(story, story.cases[0]!)
    .markup.replace(/<\/p>|<\/li>/g, ' | ')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const everywhere = ['n1', 'n2', 'n3', 'n4', 'n5'];

describe('faultsDuring', () => {
  it('puts the fault at the read that went wrong before one at a write', () => {
    expect(
      order([
        { name: 'pause', targets: ['n4'], from: 9, to: 10.5 },
        { name: 'kill', targets: ['n4'], from: 19.5, to: 21 },
      ]),
    ).toEqual(['kill', 'pause']);
  });

  it('prefers what hit the node of the operation', () => {
    expect(
      order([
        { name: 'pause', targets: ['n5'], from: 19, to: 21 },
        { name: 'kill', targets: ['n3'], from: 19, to: 21 },
      ]),
    ).toEqual(['kill', 'pause']);
  });

  it('prefers what had just hit that node to what began just before elsewhere', () => {
    expect(
      order([
        { name: 'partition', targets: ['n5'], from: 2, to: 19.5 },
        { name: 'partition', targets: ['n5'], from: 19.8, to: 50 },
        { name: 'kill', targets: ['n3'], from: 19.6, to: 19.7 },
      ]),
    ).toEqual(['kill', 'partition', 'partition']);
  });

  it('thinks little of what is nearly always in force', () => {
    expect(
      order([
        { name: 'clock', targets: everywhere, from: 0, to: 58 },
        { name: 'kill', targets: ['n3'], from: 19, to: 21 },
      ]),
    ).toEqual(['kill', 'clock']);
  });

  it('looks for a loss at the write and right after it, not where it showed', () => {
    const faults = [
      { name: 'pause', targets: ['n4'], from: 19.9, to: 21 },
      { name: 'kill', targets: everywhere, from: 11.2, to: 12 },
    ];
    expect(order(faults, { name: 'lost-write' })).toEqual(['kill', 'pause']);
    expect(order(faults)).toEqual(['pause', 'kill']);
  });

  it('leaves out what was over before, or began after', () => {
    const faults = [
      { name: 'pause', targets: ['n4'], from: 1, to: 2 },
      { name: 'kill', targets: ['n4'], from: 30, to: 31 },
    ];
    expect(order(faults)).toEqual([]);
  });
});

describe('circumstances', () => {
  it('names the fault, its time, the operation and its node in one sentence', () => {
    const fault = { name: 'kill', targets: ['n3'], from: 19, to: 21 };
    expect(said([fault])).toContain(
      'While kill n3 was in force (19.000 s to 21.000 s), operation 3, read → 1, went wrong on n3, which it hit.',
    );
  });

  it('says where it went wrong after a fault', () => {
    expect(said([{ name: 'kill', targets: ['n3'], from: 19, to: 19.5 }])).toContain(
      'After operation 2 and before operation 3, kill n3 was in force (19.000 s to 19.500 s): operation 3, read → 1, then went wrong on n3, which it had hit.',
    );
  });

  it('says of a loss what was acknowledged then, or what came between', () => {
    const loss = { name: 'lost-write' };
    expect(said([{ name: 'partition', targets: ['n2'], from: 10.5, to: 12 }], loss)).toContain(
      'operation 2, write 2, was acknowledged on n2, which it hit.',
    );
    expect(said([{ name: 'kill', targets: everywhere, from: 12, to: 13 }], loss)).toContain(
      'After operation 2 and before operation 3, kill n1 n2 n3 n4 n5 was in force (12.000 s to 13.000 s).',
    );
  });

  it('is honest where no fault was in force', () => {
    const early = { name: 'kill', targets: ['n3'], from: 1, to: 2 };
    expect(said([early])).toContain('No fault was in force. The last one before, kill n3, was healed 8 s earlier');
    expect(said([])).toContain('No fault was in force, nor had been: it happened in a healthy cluster.');
    expect(said([])).toContain('Look at what the system does on its ordinary path.');
    expect(said([], {}, { bug: 'no-sync' })).toContain('Look at the planted bug no-sync, or at what');
  });
});

describe('moments without operations', () => {
  const leaders = { name: 'split-brain', operations: [], evidence: { times: [18 * S, 20 * S] } };

  it('blames what came and went between them', () => {
    const faults = [
      { name: 'partition', targets: ['n1'], from: 2, to: 50 },
      { name: 'kill', targets: everywhere, from: 18.5, to: 19 },
    ];
    expect(order(faults, leaders)).toEqual(['kill', 'partition']);
    expect(said(faults, leaders)).toContain(
      'Between these moments, kill n1 n2 n3 n4 n5 was in force (18.500 s to 19.000 s).',
    );
    expect(said(faults.slice(0, 1), leaders)).toContain(
      'It happened while partition n1 was in force (2.000 s to 50.000 s).',
    );
  });
});
