// Kill, pause, network, clock and disk: what they choose, and what they ask of the faults.
import { describe, expect, it } from 'vitest';
import type { Capability } from '../framework/contracts/capability.js';
import { ChaosError } from '../framework/contracts/error.js';
import type { AnyNemesis, Injection } from '../framework/contracts/nemesis.js';
import clock from './clock.js';
import disk from './disk.js';
import kill from './kill.js';
import network from './network.js';
import partition from './partition.js';
import pause from './pause.js';
import power from './power.js';
import { choice, recordingFaults } from './testing/recording.js';

const ALL: readonly [AnyNemesis, object][] = [
  [partition, {}],
  [kill, {}],
  [pause, {}],
  [power, {}],
  [network, { loss: 0.1 }],
  [clock, { bump: 1000, drift: 0.5 }],
  [disk, { kinds: ['bit-flip', 'slow'], delay: 100 }],
];

function chosen<I extends Injection>(value: I | { skip: string }): I {
  if ('skip' in value) throw new Error(`skipped: ${value.skip}`);
  return value as I;
}

async function injected(nemesis: AnyNemesis, injection: unknown) {
  const { faults, calls } = recordingFaults();
  const effect = await nemesis.inject(JSON.parse(JSON.stringify(injection)), faults);
  return { calls, effect };
}

describe('every nemesis', () => {
  it.each(ALL.map(([nemesis, options]) => [nemesis.name, nemesis, options] as const))(
    '%s repeats its choice, and injects the same from the object and from its JSON',
    async (_name, nemesis, options) => {
      for (let seed = 0; seed < 20; seed++) {
        const injection = chosen(nemesis.choose(choice(options, seed)));
        expect(nemesis.choose(choice(options, seed))).toEqual(injection);
        const direct = recordingFaults();
        await nemesis.inject(injection, direct.faults);
        const { calls, effect } = await injected(nemesis, injection);
        expect(calls).toEqual(direct.calls);
        expect(calls.length).toBeGreaterThan(0);
        const asked = calls.length;
        await effect.heal();
        expect(calls.slice(asked).map(([name]) => name)).toEqual(Array(asked).fill('heal'));
      }
    },
  );

  it.each(ALL.map(([nemesis]) => [nemesis.name, nemesis] as const))(
    '%s refuses a field that nobody reads, and no targets, as a mistake of the plan',
    async (_name, nemesis) => {
      const { faults, calls } = recordingFaults();
      for (const injection of [{ targets: ['n1'], tagret: 1 }, {}, { targets: 'n1' }, { targets: [1] }]) {
        const error: unknown = await nemesis.inject(injection as never, faults).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(ChaosError);
        expect(error).toMatchObject({ code: 'bad-injection', kind: 'usage' });
      }
      expect(calls).toEqual([]);
    },
  );
});

describe('kill and pause', () => {
  it('hit their targets', async () => {
    const context = choice({}, 1, { targets: ['n2', 'n4'] });
    expect((await injected(kill, kill.choose(context))).calls).toEqual([['kill', ['n2', 'n4']]]);
    expect((await injected(pause, pause.choose(context))).calls).toEqual([['pause', ['n2', 'n4']]]);
  });
});

describe('network', () => {
  it('degrades every link of the targets, both directions', () => {
    const one = chosen(network.choose(choice({ loss: 0.2 }, 1, { targets: ['n3'], nodes: ['n1', 'n2', 'n3'] })));
    expect(one).toEqual({
      targets: ['n3'],
      links: [
        ['n1', 'n3'],
        ['n2', 'n3'],
        ['n3', 'n1'],
        ['n3', 'n2'],
      ],
      quality: { loss: 0.2 },
    });
    expect(chosen(network.choose(choice({ loss: 0.2 }))).links).toHaveLength(20);
  });

  it('does what the plan asks for and nothing else; something of everything when it asks for nothing', () => {
    const delay = { distribution: 'uniform', mean: 30, jitter: 5 } as const;
    expect(chosen(network.choose(choice({ delay }))).quality).toEqual({ delay });
    expect(chosen(network.choose(choice({ duplicate: 0.1, reorder: 0.5 }))).quality).toEqual({
      duplicate: 0.1,
      reorder: 0.5,
    });
    const onHosts = { corrupt: 0.01, rate: 1_000_000 };
    expect(chosen(network.choose(choice(onHosts))).quality).toEqual(onHosts);
    const { needs } = network;
    expect(typeof needs === 'function' ? needs(onHosts) : needs).toEqual(['rate', 'corrupt']);
    expect(Object.keys(chosen(network.choose(choice({}))).quality)).toEqual(['delay', 'loss', 'duplicate', 'reorder']);
  });

  it('skips a cluster without links', () => {
    expect(network.choose(choice({}, 1, { nodes: ['n1'] }))).toEqual({ skip: 'a single node has no links' });
  });

  it('hands links and quality to the faults', async () => {
    const injection = {
      targets: ['n1'],
      links: [['n1', 'n2']],
      quality: { loss: 1, delay: { distribution: 'constant', mean: 5 }, corrupt: 0.5, rate: 8000 },
    };
    expect((await injected(network, injection)).calls).toEqual([['degrade', injection.links, injection.quality]]);
  });

  it.each([
    [{}, /"quality" must be an object/],
    [{ loss: 1.5 }, /"loss" must be a fraction/],
    [{ loss: '5%' }, /"loss" must be a fraction between 0 and 1, not "5%"/],
    [{ corrupt: 2 }, /"corrupt" must be a fraction/],
    [{ rate: 0 }, /"rate" must be a number of bits a second, more than 0/],
    [{ bandwidth: 1 }, /"bandwidth" is not a field of a quality/],
    [{ delay: 50 }, /"delay" must be an object/],
    [{ delay: { distribution: 'pareto', mean: 5 } }, /"distribution" must be one of/],
    [{ delay: { distribution: 'normal' } }, /"mean" is missing/],
    [{ delay: { distribution: 'normal', mean: -1 } }, /"mean" must be/],
  ])('refuses the quality %j', async (quality, message) => {
    const { faults } = recordingFaults();
    const injection = { targets: ['n1'], links: [['n1', 'n2']], quality };
    await expect(network.inject(injection as never, faults)).rejects.toThrow(message);
  });
});

describe('clock', () => {
  it('draws for each target an offset within +-bump and a rate within the drift', () => {
    const signs = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const { targets, clocks } = chosen(clock.choose(choice({ bump: 1000, drift: 1 }, seed)));
      expect(clocks).toHaveLength(targets.length);
      for (const { offset, rate } of clocks) {
        expect(Math.abs(offset!)).toBeLessThanOrEqual(1000);
        expect(rate!).toBeGreaterThanOrEqual(0.5);
        expect(rate!).toBeLessThanOrEqual(2);
        signs.add(`${Math.sign(offset!)} ${rate! > 1}`);
      }
      expect(new Set(clocks.map((fault) => fault.offset)).size).toBe(clocks.length);
    }
    expect(signs.size).toBe(4);
  });

  it('draws the same offsets with and without a drift, and the same rates with and without a bump', () => {
    const both = chosen(clock.choose(choice({ bump: 1000, drift: 0.5 }, 9))).clocks;
    expect(chosen(clock.choose(choice({ bump: 1000 }, 9))).clocks).toEqual(both.map(({ offset }) => ({ offset })));
    expect(chosen(clock.choose(choice({ drift: 0.5 }, 9))).clocks).toEqual(both.map(({ rate }) => ({ rate })));
  });

  it('does both when the plan asks for nothing in particular', () => {
    for (const fault of chosen(clock.choose(choice({}))).clocks) expect(Object.keys(fault)).toEqual(['offset', 'rate']);
  });

  it('sets every clock by itself, and gives back those it set when one fails', async () => {
    const injection = { targets: ['n1', 'n2'], clocks: [{ offset: 5 }, { rate: 2 }] };
    expect((await injected(clock, injection)).calls).toEqual([
      ['clock', ['n1'], { offset: 5 }],
      ['clock', ['n2'], { rate: 2 }],
    ]);
    const { faults, calls } = recordingFaults({ call: 1 });
    await expect(clock.inject(injection, faults)).rejects.toThrow('refused');
    expect(calls.at(-1)).toEqual(['heal', 'clock', ['n1'], { offset: 5 }]);
  });

  it.each([
    [[{}], /offset, a rate or both/],
    [[{ rate: 0 }], /"rate" must be a number above 0/],
    [[{ offset: '5s' }], /"offset" must be a number of milliseconds, not "5s"/],
    [[{ offset: 5 }, { offset: 5 }], /one clock for each target/],
  ])('refuses the clocks %j', async (clocks, message) => {
    await expect(clock.inject({ targets: ['n1'], clocks } as never, recordingFaults().faults)).rejects.toThrow(message);
  });
});

describe('disk', () => {
  const kinds = ['lose-unsynced', 'torn-tail', 'bit-flip', 'slow', 'full', 'read-only', 'truncate'] as const;

  it('draws the kind and the position, each from its own stream', () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 80; seed++) {
      const injection = chosen(disk.choose(choice({ kinds, delay: 100 }, seed)));
      found.add(injection.kind);
      expect(injection.position).toBeGreaterThanOrEqual(0);
      expect(injection.position).toBeLessThanOrEqual(1);
      expect(injection.delay).toBe(injection.kind === 'slow' ? 100 : undefined);
      const other = chosen(disk.choose(choice({ kinds: ['full'] as const, delay: 5 }, seed)));
      expect(other.position).toBe(injection.position);
    }
    expect([...found].sort()).toEqual([...kinds].sort());
  });

  it('needs what its kinds need', () => {
    const needs = disk.needs as (options: object) => readonly string[];
    expect(needs({})).toEqual(['unsynced', 'disk', 'files', 'slow-disk', 'full']);
    expect(needs({ kinds: ['slow', 'torn-tail', 'lose-unsynced'] })).toEqual(['slow-disk', 'disk', 'unsynced']);
    expect(needs({ kinds: ['full', 'read-only', 'truncate', 'bit-flip'] })).toEqual(['full', 'files']);
  });

  it('says which kinds are possible where not all are', () => {
    const instead = (...offered: Capability[]) => disk.instead!({ kinds, delay: 0 }, offered);
    expect(instead('kill')).toBeNull();
    expect(instead('files', 'slow-disk')).toBe('Here it works with kinds: [bit-flip, slow, read-only, truncate].');
    expect(instead('unsynced', 'full')).toBe(
      'Here it works with kinds: [lose-unsynced], or with full in place of lose-unsynced.',
    );
  });

  it('hands the fault over without the targets', async () => {
    const injection = { targets: ['n1'], kind: 'bit-flip', position: 0.25 };
    expect((await injected(disk, injection)).calls).toEqual([['disk', ['n1'], { kind: 'bit-flip', position: 0.25 }]]);
  });

  it.each([
    [{ kind: 'rust' }, /"kind" must be one of/],
    [{ kind: 'slow' }, /a slow disk needs "delay"/],
    [{ kind: 'bit-flip', position: 2 }, /"position" must be a fraction/],
  ])('refuses %j', async (fields, message) => {
    await expect(disk.inject({ targets: ['n1'], ...fields } as never, recordingFaults().faults)).rejects.toThrow(
      message,
    );
  });
});
