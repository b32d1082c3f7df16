// A folder of results for tests: runs of every kind, as files.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../contracts/result.js';

export function resultWith(fields: Partial<RunResult> = {}): RunResult {
  return {
    format: 1,
    version: '1.0.0',
    status: 'completed',
    valid: true,
    verdict: 'Valid: linearizable found no anomaly.',
    expect: 'valid',
    expectationMet: true,
    exitCode: 0,
    plan: { name: 'a plan', id: 'plan', file: 'plan.yaml', cell: null },
    system: { name: 'raft', options: { reads: 'lease' } },
    workload: { name: 'register', options: { keys: 3 } },
    deployment: 'sim',
    nodes: ['n1', 'n2', 'n3'],
    clients: 5,
    seed: 1,
    rate: { asked: 100, achieved: 99 },
    anomalies: [],
    checks: {},
    coverage: {
      operations: { read: { invoke: 50, ok: 48, fail: 1, info: 1 } },
      faults: [{ nemesis: 'kill', injected: 2, skipped: 0, overlapped: 2, operations: 12, inForce: 2e9 }],
      readsAfterHeal: 7,
      missing: [],
    },
    figures: {
      latency: {
        all: { count: 48, p50: 2, p95: 4, p99: 8, max: 9 },
        byFunction: { read: { count: 48, p50: 2, p95: 4, p99: 8, max: 9 } },
      },
      availability: 0.96,
    },
    times: { started: '2026-01-02T03:04:05.678Z', duration: 30_000, wall: 900 },
    repeat: 'npx chaos run plan.yaml --seed 1',
    ...fields,
  };
}

export const STALE: Partial<RunResult> = {
  valid: false,
  verdict: 'Invalid: stale-read found by linearizable.',
  expectationMet: false,
  exitCode: 1,
  anomalies: [{ name: 'stale-read', message: 'The read returned 1.', checker: 'linearizable', operations: [3] }],
};

/** Names of files and their texts. */
export type Files = Readonly<Record<string, string | object>>;

export class Results {
  /** The folder of results; beside it is what nobody may see. */
  readonly path: string;
  readonly outside: string;
  readonly #top: string;

  constructor() {
    this.#top = realpathSync(mkdtempSync(join(tmpdir(), 'chaos-serve-')));
    this.path = join(this.#top, 'results');
    this.outside = join(this.#top, 'outside');
    for (const folder of [this.path, this.outside]) mkdirSync(folder);
    writeFileSync(join(this.outside, 'secret.txt'), 'SECRET');
  }

  /** Writes the files of a run; its folder. */
  run(plan: string, name: string, files: Files): string {
    const folder = join(this.path, plan, name);
    mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      const path = join(folder, file);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, typeof content === 'string' ? content : `${JSON.stringify(content)}\n`);
    }
    return folder;
  }

  /** A run of a given second of a day, with a result. */
  ended(plan: string, second: number, fields: Partial<RunResult> = {}, files: Files = {}): string {
    const started = new Date(Date.UTC(2026, 0, 2) + second * 1000);
    const seed = fields.seed ?? second;
    const name = `${started.toISOString().replace(/[-:]|\.\d+/g, '')}-${seed}`;
    const times = { started: started.toISOString(), duration: 30_000, wall: 900 };
    return this.run(plan, name, { 'result.json': resultWith({ seed, times, ...fields }), ...files });
  }

  remove(): void {
    rmSync(this.#top, { recursive: true, force: true });
  }
}
