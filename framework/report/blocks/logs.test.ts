import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeFile } from '../../store/node-files.js';
import { type Logs, packLogs, TIMINGS, unpackLogs } from '../page/logs.js';
import { type ReportInput, tell } from '../story.js';
import { staleRead, validRun } from '../testing/scenarios.js';
import { LogSelection } from './log-selection.js';
import { logsOf } from './logs.js';

const file = (path: string, lines: readonly string[]): NodeFile => ({
  path,
  size: lines.reduce((sum, line) => sum + line.length + 1, 0),
  lines: () => lines,
});

function logsWith(input: ReportInput, files: Readonly<Record<string, readonly NodeFile[]>>): Logs {
  return logsOf(tell({ ...input, nodeFiles: (node) => files[node] ?? [] }));
}

/** Lines of logs, without events. */
function rowsOf({ count, lines, sources }: Logs) {
  return Array.from({ length: count }, (_, i) => ({
    node: sources[lines.source[i]!]!.node,
    seconds: lines.time[i]! / 1e9,
    timing: TIMINGS[lines.timing[i]!],
    text: lines.text[i]!,
    path: sources[lines.source[i]!]!.path,
  })).filter(({ path }) => path !== null);
}

describe('the logs of a run', () => {
  it('are one list on one clock, with what happened to the nodes', () => {
    const logs = logsWith(validRun(), {
      n1: [file('nodes/n1/node.log', ['0.500000 first', '20.000000 last'])],
      n2: [
        file('nodes/n2/files/app.log', ['2025-11-21T07:02:12Z wall', '  at somewhere', '2025-11-21T07:02:21.5Z more']),
      ],
    });
    expect(rowsOf(logs).map(({ node, seconds, timing, text }) => [node, seconds, timing, text])).toEqual([
      ['n1', 0.5, 'said', 'first'],
      ['n2', 1, 'about', '2025-11-21T07:02:12Z wall'],
      ['n2', 1, 'about', '  at somewhere'],
      ['n2', 10.5, 'said', '2025-11-21T07:02:21.5Z more'],
      ['n1', 20, 'said', 'last'],
    ]);
    expect(logs.lines.text).toContain('started');
    expect(logs.lines.text).toContain('leads term 1, it reports');
    expect(logs.lines.text).toContain('pause n3: healed');
    expect([...logs.lines.time]).toEqual([...logs.lines.time].sort((a, b) => a - b));
    expect(unpackLogs(packLogs(logs))).toEqual(logs);
  });

  it('stand at the end, in the order of their files, where no time can be told', () => {
    const logs = logsWith(validRun(), {
      n1: [file('nodes/n1/out.log', ['ready', 'steady'])],
      n2: [file('nodes/n2/node.log', ['a banner', '1.000000 begins'])],
    });
    expect(rowsOf(logs).map(({ seconds, timing, text }) => [seconds, timing, text])).toEqual([
      [1, 'about', 'a banner'],
      [1, 'said', 'begins'],
      [Number.NaN, 'unknown', 'ready'],
      [Number.NaN, 'unknown', 'steady'],
    ]);
    expect(logs.sources[0]!.clock).toContain('no time is recognised');
    expect(unpackLogs(packLogs(logs))).toEqual(logs);
  });

  it('are bounded, and keep what is nearest to the anomaly', () => {
    const line = (i: number) => `${(i / 2000).toFixed(6)} ${'x'.repeat(100)}`;
    const many = Array.from({ length: 60_000 }, (_, i) => line(i));
    const logs = logsWith(staleRead(), { n1: [file('nodes/n1/node.log', many)] });
    const kept = rowsOf(logs);
    const size = logs.lines.text.reduce((sum, text) => sum + text.length, 0);
    expect(size).toBeLessThanOrEqual(2_000_000);
    expect(size).toBeGreaterThan(1_500_000);
    expect(logs.sources[0]).toMatchObject({ lines: 60_000, kept: kept.length });
    // The stale read is at second 14; not a line around it is missing.
    const near = kept.filter(({ seconds }) => seconds > 13.9 && seconds < 14.2);
    expect(near).toHaveLength(
      many.filter((text) => Number.parseFloat(text) > 13.9 && Number.parseFloat(text) < 14.2).length,
    );
  });

  it('of hosts are moved by what their clocks are ahead', () => {
    const input = validRun();
    const clock = { offset: 2000, uncertainty: 1.5 };
    const events = [{ time: 1, node: 'n1', kind: 'note', detail: 'ahead', clock } as const, ...input.events];
    const files = {
      n1: [
        file('nodes/n1/node.log', ['12.000000 own']),
        file('nodes/n1/files/app.log', ['2025-11-21T07:02:24.500Z wall']),
      ],
    };
    const logs = logsWith({ ...input, events }, files);
    expect(rowsOf(logs).map(({ seconds, text }) => [seconds, text])).toEqual([
      [10, 'own'],
      [11.5, '2025-11-21T07:02:24.500Z wall'],
    ]);
    expect(logs.sources[0]!.clock).toBe('the host’s clock, which was 2 s ahead, ±1.5 ms');
  });

  it('of files that are too long to be read are those around the anomaly, and the last', () => {
    // A hundred megabytes of which each part is made when it is read: a line for each 100 bytes.
    const [size, width] = [100_000_000, 100];
    let read = 0;
    const line = (i: number) => `${((i * width * 30) / size).toFixed(6)} line ${i}`.padEnd(width - 1, '.');
    const long: NodeFile = {
      path: 'nodes/n1/node.log',
      size,
      *lines(from = 0, to = size) {
        for (let i = Math.ceil(from / width); i * width < to; i++) {
          read += width;
          yield line(i);
        }
      },
    };
    const logs = logsWith(staleRead(), { n1: [long] });
    const seconds = rowsOf(logs).map((row) => row.seconds);
    expect(seconds.filter((second) => second > 13.99 && second < 14.07).length).toBeGreaterThan(2000);
    expect(read).toBeLessThan(50_000_000);
    expect(logs.sources[0]!.skipped).toBeGreaterThan(50_000_000);
  });

  it('hold nothing that is not text, whatever programs write', () => {
    const hostile = [
      '1.000000 \u001b[31mred\u001b[0m \u001b]0;title\u0007done',
      `2.000000 ${'long '.repeat(300_000)}`,
      '3.000000 </script>\u202e\u0000\ufffd',
    ];
    const [red, long, odd] = rowsOf(logsWith(validRun(), { n1: [file('nodes/n1/node.log', hostile)] }));
    expect(red!.text).toBe('red done');
    expect(long!.text.length).toBeLessThan(1200);
    expect(long!.text).toContain('more characters');
    expect(odd!.text).toBe('</script>⟨U+202E⟩⟨U+0000⟩\ufffd');
  });
});

describe('LogSelection', () => {
  it('keeps the best lines that fit, as sorting all of them does', () => {
    const ranks = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 40 })), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(ranks, fc.integer({ min: 1, max: 900 }), (lines, most) => {
        const selection = new LogSelection(most);
        const made = lines.map(([rank, length], number) => ({
          rank,
          line: { time: number, level: 0, timing: 0, source: 0, number, text: 'x'.repeat(length) },
        }));
        for (const { rank, line } of made) selection.add(rank, () => line);
        const kept = new Set(selection.lines().map(({ number }) => number));
        const [inside, outside] = [true, false].map((is) => made.filter(({ line }) => kept.has(line.number) === is));
        const size = inside!.reduce((sum, { line }) => sum + line.text.length + 16, 0);
        expect(size).toBeLessThanOrEqual(most);
        const worst = Math.max(-1, ...inside!.map(({ rank }) => rank));
        for (const { rank } of outside!) expect(rank).toBeGreaterThanOrEqual(worst);
        // What is left out did not fit.
        if (outside!.length > 0)
          expect(size + Math.max(...outside!.map(({ line }) => line.text.length + 16))).toBeGreaterThan(most);
      }),
    );
  });
});
