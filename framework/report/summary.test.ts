import { describe, expect, it } from 'vitest';
import { renderSummary } from './summary.js';
import { failedRun, hostile, manyAnomalies, staleRead, undecided, validRun } from './testing/scenarios.js';

describe('renderSummary', () => {
  it('begins with the verdict and ends with the command', () => {
    const { result } = staleRead();
    const lines = renderSummary(result, { folder: 'results/quickstart/latest/' });
    expect(lines[0]).toBe(`✘ Invalid: ${result.verdict}`);
    expect(lines[1]).toContain('stale-read: Process 900003 read 71');
    expect(lines.at(-2)).toBe('  report      results/quickstart/latest/report.html');
    expect(lines.at(-1)).toBe('  repeat      chaos run plans/quickstart.yaml --seed 42');
  });

  it('says what an unknown verdict lacks, each reason once', () => {
    expect(renderSummary(undecided().result).slice(0, 4)).toEqual([
      '? Unknown: Undecided: no read succeeded after the last fault had healed.',
      '  Nothing wrong was found, but too little was seen to say that nothing is wrong.',
      '  - kill: no operation overlapped it',
      '  - linearizable: key 3 exceeded its budget of 100,000 configurations',
    ]);
  });

  it('says of an interrupted run what was found until then, and not that nothing is wrong', () => {
    const { result } = staleRead();
    const verdict = 'Unknown: the run was interrupted; its history is kept.';
    const lines = renderSummary({ ...result, status: 'interrupted', valid: 'unknown', verdict });
    expect(lines[0]).toBe(`? ${verdict}`);
    expect(lines[1]).toContain('stale-read: Process 900003 read 71');
    expect(lines.join(' ')).not.toContain('Nothing wrong');
  });

  it.each([
    [['lost-update'], 'The plan expects lost-update: not found.'],
    [['stale-read'], 'The plan expects stale-read and no other anomaly; "others: allow" would let them pass.'],
  ])('says of an invalid run why it is not what the plan expects: %j', (anomalies, remark) => {
    const { result } = staleRead();
    const expectation = { anomalies, others: 'forbid' as const };
    expect(renderSummary({ ...result, expect: expectation, expectationMet: false })[1]).toBe(`  ${remark}`);
    expect(renderSummary({ ...result, expect: 'valid', expectationMet: false })[1]).toContain('stale-read:');
  });

  it('says once why a run failed, with the rest of the message and the remedy below', () => {
    const { result } = failedRun();
    const message = 'n2 exited with code 1; its last lines:\n  Traceback:\n  ImportError';
    const lines = renderSummary({
      ...result,
      verdict: `Unknown: the run failed: ${message}`,
      error: { code: 'node-not-started', message, hint: 'A node must answer init.' },
    });
    expect(lines.slice(0, 6)).toEqual([
      '! Run failed: n2 exited with code 1; its last lines:',
      '    Traceback:',
      '    ImportError',
      '  A node must answer init.',
      '',
      // It has never begun: there are no operations to count.
      expect.stringContaining('repeat'),
    ]);
  });

  it('counts the anomalies of which no evidence was kept', () => {
    const { result } = staleRead();
    const [name = ''] = Object.entries(result.checks).find(([, { valid }]) => valid === false) ?? [];
    const details = { anomalies: { 'stale-read': 250, 'lost-write': 8 } };
    const checks = { ...result.checks, [name]: { ...result.checks[name]!, details } };
    const others = result.anomalies.filter(({ checker }) => checker !== name).length;
    const shown = new Set(result.anomalies.map((anomaly) => anomaly.name)).size;
    expect(renderSummary({ ...result, checks })).toContain(`  and ${258 + others - shown} more anomalies`);
  });

  it('does not say the word twice', () => {
    const { result } = validRun();
    const lines = renderSummary({ ...result, verdict: 'Valid: all keys are linearizable.' });
    expect(lines[0]).toBe('✔ Valid: all keys are linearizable.');
  });

  it('stays within 20 printable lines', () => {
    const text = '\u001b[31mred\r\nnext\u0007'.repeat(50);
    for (const input of [validRun(), staleRead(), manyAnomalies(), undecided(), failedRun(), hostile(text)]) {
      const lines = renderSummary(input.result, { folder: text });
      expect(lines.length).toBeLessThanOrEqual(20);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
      for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  });

  it('says of a program on hosts which it is, where each node ran, and how long that took to begin', () => {
    const { result } = validRun();
    const system = { name: 'command', program: 'redis-server', options: {} };
    const host = (address: string) => ({ address, title: `ssh root@${address}:22` });
    const hosts = { n1: host('10.0.0.1'), n2: host('10.0.0.2') };
    const times = { ...result.times, setup: 4200 };
    const lines = renderSummary({ ...result, system, deployment: 'ssh', hosts, times });
    expect(lines).toContain('  system      redis-server (command), ssh: n1 10.0.0.1 and n2 10.0.0.2');
    expect(lines.join('\n')).toMatch(/operations .* in \S+ s after 4\.2\d* s of set-up, /);
    const plain = renderSummary(result).join('\n');
    expect(plain).not.toContain('system  ');
    expect(plain).not.toContain('set-up');
  });
});
