// The laws of every replicated data type: whatever the order and however often, replicas that have seen the same are equal.
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import type { Crdt, Update } from './crdt.js';
import { isUpdate } from './crdt.js';
import { identity } from './fingerprint.js';
import { GSet } from './g-set.js';
import { LwwRegisters } from './lww-register.js';
import { OrSet } from './or-set.js';
import { PnCounter } from './pn-counter.js';
import { UpdateHistory } from './update-history.js';
import { VersionVector } from './version-vector.js';

interface Kind {
  name: string;
  make: () => Crdt;
  /** An update that a client may ask for; null: nothing to do. */
  draw: (crdt: Crdt, random: Random, step: number) => unknown;
  /** What a client sees. */
  value: (crdt: Crdt) => unknown;
}

const text = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();

const KINDS: readonly Kind[] = [
  {
    name: 'g-set',
    make: () => new GSet(),
    draw: (_crdt, random) => ({ add: random.pick([1, '1', { a: 1 }, [random.int(5)], random.int(100)]) }),
    value: (crdt) => text((crdt as GSet).values()),
  },
  {
    name: 'pn-counter',
    make: () => new PnCounter(),
    draw: (_crdt, random) => ({ add: random.int(9) - 4 || 1 }),
    value: (crdt) => (crdt as PnCounter).value(),
  },
  {
    name: 'or-set',
    make: () => new OrSet(),
    draw: (crdt, random) => {
      const element = random.int(6);
      return random.chance(0.5) ? (crdt as OrSet).adding(element) : (crdt as OrSet).removing(element);
    },
    value: (crdt) => text((crdt as OrSet).values()),
  },
  {
    name: 'lww-register',
    make: () => new LwwRegisters(),
    draw: (_crdt, random, step) => ({ key: random.int(3), value: step, stamp: random.int(20) }),
    value: (crdt) => [0, 1, 2].map((key) => (crdt as LwwRegisters).get(key)),
  },
];

class Site {
  readonly version = new VersionVector();
  readonly history: UpdateHistory;
  constructor(
    readonly name: string,
    readonly crdt: Crdt,
    keep: number,
  ) {
    this.history = new UpdateHistory(keep);
  }

  take(updates: readonly Update[]): void {
    const fresh = updates.filter(({ origin, seq }) => !this.version.has(origin, seq));
    this.crdt.apply(fresh);
    for (const update of fresh) {
      this.version.advance(update.origin, update.seq);
      this.history.push(update);
    }
  }

  update(op: unknown): void {
    this.take([{ origin: this.name, seq: this.version.get(this.name) + 1, op }]);
  }

  /** By updates if they are at hand, else by state, as JSON would carry either. */
  pull(from: Site, byState = false): void {
    const updates = byState ? null : from.history.since(this.version);
    if (updates !== null) {
      this.take(JSON.parse(JSON.stringify(updates)) as Update[]);
      this.version.join(from.version);
      return;
    }
    this.crdt.merge(JSON.parse(JSON.stringify(from.crdt.state())), from.version, this.version);
    this.version.join(from.version);
    this.history.clear(this.version);
  }
}

describe.each(KINDS)('$name', ({ make, draw, value }) => {
  it.each([2, 1000])('converges by any exchange of updates and states, with a history of %i', (keep) => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed, 'laws');
      const sites = ['a', 'b', 'c'].map((name) => new Site(name, make(), keep));
      for (let step = 0; step < 80; step++) {
        const site = random.pick(sites);
        const op = random.chance(0.6) ? draw(site.crdt, random, step) : null;
        if (op !== null) site.update(op);
        else site.pull(random.pick(sites), random.chance(0.3));
      }
      for (let round = 0; round < 2; round++) for (const site of sites) for (const other of sites) site.pull(other);
      const values = sites.map(({ crdt }) => JSON.stringify(value(crdt)));
      expect(new Set(values).size, `seed ${seed}`).toBe(1);
      expect(new Set(sites.map(({ crdt }) => crdt.digest())).size, `seed ${seed}`).toBe(1);
    }
  });

  it('is told apart by its digest, and restored from its state', () => {
    const random = createRandom(1, 'digest');
    const site = new Site('a', make(), 1000);
    const digests = new Map<string, string>();
    for (let step = 0; step < 200; step++) {
      const op = draw(site.crdt, random, step);
      if (op !== null) site.update(op);
      const seen = JSON.stringify(value(site.crdt));
      const digest = site.crdt.digest();
      expect(digests.get(digest) ?? seen).toBe(seen);
      digests.set(digest, seen);
      const copy = make();
      copy.merge(JSON.parse(JSON.stringify(site.crdt.state())), site.version, new VersionVector());
      expect(copy.digest()).toBe(digest);
    }
    expect(digests.size).toBeGreaterThan(20);
  });

  it('knows malformed updates and states', () => {
    const crdt = make();
    for (const op of [null, 1, 'add', {}, { f: 'add' }, { add: undefined }, { key: {}, value: 1, stamp: 1 }]) {
      expect(crdt.isOp(op), JSON.stringify(op)).toBe(false);
    }
    for (const state of [null, 1, {}, 'text']) expect(crdt.isState(state)).toBe(false);
    const random = createRandom(1, 'malformed');
    const site = new Site('a', crdt, 10);
    for (let step = 0; step < 30; step++) {
      const op = draw(crdt, random, step);
      if (op === null) continue;
      expect(isUpdate({ origin: 'a', seq: 1, op }, crdt)).toBe(true);
      expect(isUpdate({ origin: 5, seq: 1, op }, crdt)).toBe(false);
      expect(isUpdate({ origin: 'a', seq: 0, op }, crdt)).toBe(false);
      site.update(op);
    }
    expect(isUpdate(null, crdt)).toBe(false);
    expect(crdt.isState(crdt.state())).toBe(true);
  });
});

it('a pn-counter counts what is above what one node alone could say', () => {
  const [a, b] = [new PnCounter(), new PnCounter()];
  a.apply([{ origin: 'a', seq: 1, op: { add: 5 } }]);
  b.apply([{ origin: 'b', seq: 1, op: { add: -7 } }]);
  a.merge(b.state(), new VersionVector(), new VersionVector());
  a.merge(b.state(), new VersionVector(), new VersionVector());
  expect([a.value(), b.value()]).toEqual([-2, -7]);
});

describe('an or-set', () => {
  it('keeps an element that is added while another replica removes it', () => {
    const [a, b] = [new Site('a', new OrSet(), 10), new Site('b', new OrSet(), 10)];
    a.update((a.crdt as OrSet).adding('x'));
    b.pull(a);
    b.update((b.crdt as OrSet).removing('x')!);
    a.update((a.crdt as OrSet).adding('x'));
    b.pull(a);
    a.pull(b);
    expect([(a.crdt as OrSet).values(), (b.crdt as OrSet).values()]).toEqual([['x'], ['x']]);
  });

  it('that forgets removals brings elements back when it merges states', () => {
    const [a, b] = [new Site('a', new OrSet(true), 10), new Site('b', new OrSet(true), 10)];
    a.update((a.crdt as OrSet).adding('x'));
    b.pull(a);
    b.update((b.crdt as OrSet).removing('x')!);
    b.pull(a, true);
    expect((b.crdt as OrSet).values()).toEqual(['x']);
  });

  it('has one tag for an element that is added again and again', () => {
    const set = new OrSet();
    for (let seq = 1; seq <= 50; seq++) set.apply([{ origin: 'a', seq, op: set.adding('x') }]);
    expect(set.size).toBe(1);
  });
});

it('of registers, equal stamps are ordered by origin, everywhere alike', () => {
  const updates = ['a', 'b'].map((origin) => ({ origin, seq: 1, op: { key: 'k', value: origin, stamp: 5 } }));
  for (const order of [updates, [...updates].reverse()]) {
    const registers = new LwwRegisters();
    registers.apply(order);
    expect(registers.get('k')).toEqual(['k', 'b', 5, 'b', 1]);
  }
});

describe('a history', () => {
  const update = (seq: number): Update => ({ origin: 'a', seq, op: seq });
  const at = (count: number) => VersionVector.parse({ a: count })!;

  it('gives the updates that are missing, or says that it no longer has them', () => {
    const history = new UpdateHistory(3);
    for (let seq = 1; seq <= 10; seq++) history.push(update(seq));
    expect(history.since(at(8))).toEqual([update(9), update(10)]);
    expect(history.since(at(10))).toEqual([]);
    expect(history.since(at(1))).toBeNull();
    expect(history.since(new VersionVector())).toBeNull();
    history.clear(at(10));
    expect(history.since(at(9))).toBeNull();
    history.push(update(11));
    expect(history.since(at(10))).toEqual([update(11)]);
  });

  it('that forgets goes on as if nothing were missing', () => {
    const history = new UpdateHistory(100, { after: 2, what: ({ seq }) => seq === 1 });
    for (let seq = 1; seq <= 4; seq++) history.push(update(seq));
    expect(history.since(new VersionVector())).toEqual([update(2), update(3), update(4)]);
  });
});

describe('a version vector', () => {
  it('says what has been seen', () => {
    const one = VersionVector.parse({ a: 2, b: 1 })!;
    const other = VersionVector.parse({ a: 1, c: 1 })!;
    expect([one.covers(other), other.covers(one), one.covers(one), one.covers(new VersionVector())]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([one.has('a', 2), one.has('a', 3), one.has('z', 1)]).toEqual([true, false, false]);
    one.join(other);
    expect(one.toJSON()).toEqual({ a: 2, b: 1, c: 1 });
    expect(one.toJSON()).toBe(one.toJSON());
    expect(one.covers(other)).toBe(true);
    expect(one.total).toBe(4);
  });

  it.each([null, 1, 'a', [], { a: -1 }, { a: 1.5 }, { a: '1' }])('is not %j', (value) => {
    expect(VersionVector.parse(value)).toBeNull();
  });
});

it('values have the same identity when they are equal as JSON', () => {
  const values = [1, '1', { a: 1 }, '{"a":1}', [1], null, true, 'true'];
  expect(new Set(values.map(identity)).size).toBe(values.length);
  expect(identity({ a: [1] })).toBe(identity({ a: [1] }));
});
