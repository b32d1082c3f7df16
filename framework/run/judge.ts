// Lets every checker judge a recorded history, merges their verdicts and holds them against what the plan expects.
import type { CheckContext, Valid, Verdict } from '../contracts/checker.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { History } from '../contracts/history.js';
import type { Random } from '../contracts/random.js';
import { type Coverage, EXIT, type Expectation, type FoundAnomaly } from '../contracts/result.js';
import { moduleOf } from '../plan/modules.js';
import type { PlannedCheck } from '../plan/plan.js';
import { soundExhibits } from '../store/sound-exhibits.js';

export interface Judgement {
  valid: Valid;
  verdict: string;
  anomalies: FoundAnomaly[];
  checks: Record<string, Omit<Verdict, 'anomalies'> & { anomalies: string[] }>;
  expectationMet: boolean;
  exitCode: number;
}

/** Runs work to its end, or throws `ChaosError('interrupted')` when the user asks to stop while the event loop waits for it. */
export type Breakable = <T>(work: () => T) => T;

export interface CheckHooks {
  onCheck?: ((name: string) => void) | undefined;
  breakable?: Breakable | undefined;
}

/** Runs the checks one after the other. A checker that throws gives `unknown` with the reason, and loses nothing. */
export async function runChecks(
  history: History,
  checks: readonly PlannedCheck[],
  context: Omit<CheckContext, 'options' | 'random'>,
  random: Random,
  { onCheck, breakable = (work) => work() }: CheckHooks = {},
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for (const [ordinal, check] of checks.entries()) {
    let soFar: (() => Verdict) | undefined;
    try {
      const own: CheckContext = {
        ...context,
        options: check.options,
        random: random.derive(check.name, ordinal),
        module: moduleOf(check.modules),
        soFar: (report) => {
          soFar = report;
        },
      };
      // Announced when Ctrl-C can already end it.
      const work = () => {
        onCheck?.(check.name);
        return check.definition.check(history, own);
      };
      verdicts.set(check.name, withSoundExhibits(await breakable(work)));
    } catch (error) {
      verdicts.set(check.name, isInterruption(error) ? withSoundExhibits(stopped(soFar)) : failed(error));
    }
  }
  return verdicts;
}

/** What a checker shows is a by-product: what cannot be shown is left out and said in the details, and judges nothing. */
function withSoundExhibits(verdict: Verdict): Verdict {
  const { exhibits: given, ...rest } = verdict;
  const { exhibits, complaints } = soundExhibits(given);
  return {
    ...rest,
    ...(complaints.length === 0 ? {} : { details: { ...rest.details, exhibitsLeftOut: complaints } }),
    ...(exhibits.length === 0 ? {} : { exhibits }),
  };
}

export function isInterruption(error: unknown): boolean {
  return error instanceof ChaosError && error.code === 'interrupted';
}

/** What is known of a check that was broken off. */
export function stopped(soFar: (() => Verdict) | undefined): Verdict {
  return soFar?.() ?? { valid: 'unknown', anomalies: [], reason: 'it was asked to stop' };
}

function failed(error: unknown): Verdict {
  // What a known error says needs no stack.
  const internal = error instanceof Error && !(error instanceof ChaosError && error.kind === 'usage');
  const details = internal && error.stack !== undefined ? { stack: error.stack } : {};
  return { valid: 'unknown', anomalies: [], reason: `the checker failed: ${messageOf(error)}`, details };
}

/** Invalid over unknown over valid; a `valid` that rests on too little evidence is `unknown`. */
export function judge(verdicts: ReadonlyMap<string, Verdict>, coverage: Coverage, expect: Expectation): Judgement {
  const anomalies: FoundAnomaly[] = [];
  const checks: Judgement['checks'] = {};
  const invalid: string[] = [];
  const unknown: string[] = [];
  for (const [checker, verdict] of verdicts) {
    for (const anomaly of verdict.anomalies) anomalies.push({ ...anomaly, checker });
    checks[checker] = { ...verdict, anomalies: [...new Set(verdict.anomalies.map((anomaly) => anomaly.name))] };
    if (verdict.valid === false) invalid.push(checker);
    if (verdict.valid === 'unknown') unknown.push(`${checker}: ${verdict.reason ?? 'no reason given'}`);
  }
  const valid = invalid.length > 0 ? false : unknown.length > 0 || coverage.missing.length > 0 ? 'unknown' : true;
  const verdict = sentence(valid, anomalies, invalid, [...unknown, ...coverage.missing], [...verdicts.keys()]);
  const { met, exitCode } = expectation(expect, valid, anomalies, invalid, unknown.length > 0);
  return { valid, verdict, anomalies, checks, expectationMet: met, exitCode };
}

function sentence(
  valid: Valid,
  anomalies: readonly FoundAnomaly[],
  invalid: readonly string[],
  doubts: readonly string[],
  checkers: readonly string[],
): string {
  if (valid === true) return `Valid: ${checkers.join(', ')} found no anomaly.`;
  if (valid === 'unknown') return `Unknown: ${doubts.join('; ')}.`;
  const names = [...new Set(anomalies.map((anomaly) => anomaly.name))];
  return `Invalid: ${names.length > 0 ? names.join(', ') : invalid.join(', ')} found by ${invalid.join(', ')}.`;
}

function expectation(
  expect: Expectation,
  valid: Valid,
  anomalies: readonly FoundAnomaly[],
  invalid: readonly string[],
  inDoubt: boolean,
): { met: boolean; exitCode: number } {
  if (expect === 'valid') {
    const exitCode = valid === true ? EXIT.ok : valid === false ? EXIT.anomaly : EXIT.unknown;
    return { met: valid === true, exitCode };
  }
  const listed = new Set(expect.anomalies);
  const names = new Set([...anomalies.map((anomaly) => anomaly.name), ...invalid]);
  const found = expect.anomalies.every((name) => names.has(name));
  const others = anomalies.some((anomaly) => !listed.has(anomaly.name) && !listed.has(anomaly.checker));
  const met = found && (expect.others === 'allow' || !others);
  if (met) return { met, exitCode: EXIT.ok };
  // Not found although every checker made up its mind is a failure; a checker in doubt may have missed it.
  return { met, exitCode: !found && valid !== false && inDoubt ? EXIT.unknown : EXIT.anomaly };
}
