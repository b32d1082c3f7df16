// Everything that a run writes down: history, node events, its own log, the plan and the result; on disk or in memory alone.
import type { NodeEvent } from '../contracts/cluster.js';
import type { FaultValue, History, PhaseValue } from '../contracts/history.js';
import type { RunResult } from '../contracts/result.js';
import type { Nanoseconds } from '../contracts/time.js';
import { Recorder } from '../history/recorder.js';
import { TextLog } from '../node/text-log.js';
import { planToYaml } from '../plan/document.js';
import type { Plan } from '../plan/plan.js';
import { hidden } from '../plan/secrets.js';
import { EventLog } from '../store/events.js';
import { markRunning, unmarkRunning } from '../store/running.js';
import { createRunFolder, nodeLog, type RunFolder, writeResult } from '../store/store.js';
import { VERSION } from './version.js';

export class Recording {
  readonly recorder: Recorder;
  readonly events: NodeEvent[] = [];
  readonly planYaml: string;
  readonly #run: RunFolder | null;
  readonly #eventLog: EventLog | null;
  readonly #log: TextLog | null;
  readonly #started: Date;
  readonly #secrets: readonly string[];

  static open(plan: Plan, results: string | null, started: Date): Recording {
    return new Recording(
      plan,
      results === null ? null : createRunFolder(results, plan.id, plan.seed, started),
      started,
    );
  }

  private constructor(plan: Plan, run: RunFolder | null, started: Date) {
    this.#run = run;
    this.#started = started;
    this.#secrets = plan.secrets;
    this.planYaml = planToYaml(plan);
    const header = { plan: plan.name, nodes: [...plan.nodes, ...plan.spares], seed: plan.seed, version: VERSION };
    this.recorder = new Recorder({ file: run?.file('history.jsonl') ?? null, header });
    this.#eventLog = run === null ? null : new EventLog(run.file('events.jsonl'));
    this.#log = run === null ? null : new TextLog(run.file('chaos.log'));
    run?.write('plan.yaml', this.planYaml);
    if (run !== null) markRunning(run, { started, load: plan.timing.load, recover: plan.timing.recover });
  }

  get history(): History {
    return this.recorder.history;
  }

  get folder(): string | null {
    return this.#run?.path ?? null;
  }

  get nodesFolder(): string | null {
    return this.#run?.file('nodes') ?? null;
  }

  nemesis(time: Nanoseconds, f: string, value: FaultValue | PhaseValue): void {
    this.recorder.nemesis(time, f, value);
    this.log(`${f} ${JSON.stringify(value)}`);
  }

  event(event: NodeEvent): void {
    this.events.push(event);
    this.#eventLog?.write(event);
  }

  log(line: string): void {
    this.#log?.write(`${new Date().toISOString()} ${hidden(line, this.#secrets)}`);
  }

  flush(): void {
    this.recorder.flush();
    this.#eventLog?.flush();
    this.#log?.flush();
  }

  nodeLog(node: string): Iterable<string> | null {
    return this.#run === null ? null : nodeLog(this.#run.path, node);
  }

  /** The history is complete and on disk; checkers come after this. */
  closeHistory(): void {
    this.recorder.close();
    this.#eventLog?.close();
  }

  close(result: RunResult): void {
    this.log(`${result.verdict} (${((Date.now() - this.#started.getTime()) / 1000).toFixed(1)} s)`);
    this.#log?.close();
    if (this.#run === null) return;
    writeResult(this.#run.path, result);
    unmarkRunning(this.#run);
  }
}
