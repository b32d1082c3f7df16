// Strikes as the plan schedules them: resolves targets, lets the nemesis choose, injects, heals, and records each step.
import type { Cluster, Effect } from '../contracts/cluster.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { FaultValue } from '../contracts/history.js';
import type { Injection } from '../contracts/nemesis.js';
import type { Random } from '../contracts/random.js';
import { type Clock, type Milliseconds, type Nanoseconds, toNs } from '../contracts/time.js';
import type { PlannedInjection, PlannedNemesis } from '../plan/plan.js';
import { strikes } from './strikes.js';
import { resolveTargets } from './targets.js';

export interface DriverOptions {
  clock: Clock;
  cluster: Cluster;
  random: Random;
  nemeses: readonly PlannedNemesis[];
  injections: readonly PlannedInjection[];
  /** Length of the load; nothing is injected after it. */
  load: Milliseconds;
  record: (f: string, value: FaultValue) => void;
  /** The plan asked for something impossible, or the history cannot be written. */
  onError: (error: unknown) => void;
}

interface ActiveFault {
  name: string;
  id: number;
  injection: Injection;
  effect: Effect;
}

export class NemesisDriver {
  readonly #options: DriverOptions;
  readonly #active = new Map<number, ActiveFault>();
  readonly #pending = new Set<Promise<void>>();
  #nextId = 1;
  #stopped = false;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /** Schedules every strike of the plan, counted from now. */
  start(): void {
    const { clock, random, nemeses, injections, load } = this.#options;
    const origin = clock.now();
    nemeses.forEach((nemesis, ordinal) => {
      const stream = random.derive(nemesis.name, ordinal);
      strikes(nemesis.schedule, load, stream.derive('schedule')).forEach((strike, index) => {
        this.#schedule(origin + toNs(strike.at), () =>
          this.#strike(nemesis, stream.derive('strike', index), strike.for),
        );
      });
    });
    for (const planned of injections) {
      this.#schedule(origin + toNs(planned.at), () => {
        const { name, definition, injection } = planned;
        return this.#inject(name, (i) => definition.inject(i, this.#options.cluster.faults), injection, planned.for);
      });
    }
  }

  /** The faults in force, as people read them. */
  describe(): string[] {
    return [...this.#active.values()].map(({ name, injection }) =>
      injection.targets.length === 0 ? name : `${name} ${injection.targets.join(' ')}`,
    );
  }

  /** Injects nothing more and heals everything, latest first; resolves when it is healed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    // Together, and again: what is still being injected or healed may have to wait for another fault to heal.
    while (this.#active.size + this.#pending.size > 0) {
      const healing = [...this.#active.values()].reverse().map((fault) => this.#heal(fault));
      await Promise.all([...healing, ...this.#pending]);
    }
  }

  #schedule(instant: Nanoseconds, step: () => Promise<void>): void {
    const { clock, onError } = this.#options;
    clock.at(instant, () => {
      if (this.#stopped) return;
      clock.settle();
      const running: Promise<void> = step()
        .catch(onError)
        .finally(() => this.#pending.delete(running));
      this.#pending.add(running);
    });
  }

  async #strike(nemesis: PlannedNemesis, random: Random, duration: Milliseconds): Promise<void> {
    const { cluster } = this.#options;
    const leader = cluster.leader();
    const members = cluster.members();
    const named = nemesis.targets ?? nemesis.definition.targets;
    const targets = named === null ? [] : resolveTargets(named, members, leader, random.derive('targets'));
    if ('skip' in targets) return this.#skip(nemesis.name, targets.skip);
    const chosen = nemesis.definition.choose({
      options: nemesis.options,
      random: random.derive('choice'),
      targets,
      nodes: cluster.nodes,
      members,
      leader,
    });
    if ('skip' in chosen && typeof chosen.skip === 'string') return this.#skip(nemesis.name, chosen.skip);
    const inject = (injection: Injection) => nemesis.definition.inject(injection, cluster.faults);
    await this.#inject(nemesis.name, inject, chosen as Injection, duration);
  }

  async #inject(
    name: string,
    inject: (injection: Injection) => Promise<Effect>,
    injection: Injection,
    duration: Milliseconds,
  ): Promise<void> {
    const { clock, record } = this.#options;
    const id = this.#nextId++;
    const requested = clock.now();
    let effect: Effect;
    try {
      effect = await inject(injection);
    } catch (error) {
      if (error instanceof ChaosError && error.kind === 'usage') throw error;
      const reason = `could not be injected: ${messageOf(error)}`;
      const effective = clock.now();
      record(name, { id, phase: 'skip', targets: [...injection.targets], requested, effective, injection, reason });
      return;
    }
    const effective = clock.now();
    const fault: ActiveFault = { name, id, injection, effect };
    this.#active.set(id, fault);
    record(name, { id, phase: 'inject', targets: [...injection.targets], requested, effective, injection });
    this.#schedule(requested + toNs(duration), () => this.#heal(fault));
  }

  async #heal(fault: ActiveFault): Promise<void> {
    if (!this.#active.delete(fault.id)) return;
    const { clock, record } = this.#options;
    const requested = clock.now();
    await fault.effect.heal();
    const { id, name, injection } = fault;
    record(name, { id, phase: 'heal', targets: [...injection.targets], requested, effective: clock.now() });
  }

  #skip(name: string, reason: string): void {
    const now = this.#options.clock.now();
    const id = this.#nextId++;
    this.#options.record(name, { id, phase: 'skip', targets: [], requested: now, effective: now, reason });
  }
}
