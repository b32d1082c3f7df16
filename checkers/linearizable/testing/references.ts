// Each model once more, as a plain object with its state inside: what random histories are made with, written without a look
// at the models.
import type { Random } from '../../../framework/contracts/random.js';
import type { Done, Reference } from './random-run.js';

const VALUES = 3;

const told = (f: string, input: unknown): Done => ({ f, input, output: input, returns: false });
const gave = (f: string, input: unknown, output: unknown): Done => ({ f, input, output, returns: true });

/** Values come again, or (`distinct`) each only once, but for a share of `repeats`. */
export interface Flavour {
  distinct: boolean;
  repeats?: number;
}

type Maker = (flavour: Flavour) => Reference;

function values({ distinct, repeats = 0 }: Flavour): (random: Random) => number {
  let next = 0;
  const isNew = (random: Random) => next === 0 || repeats === 0 || !random.chance(repeats);
  return (random) => {
    if (!distinct) return random.int(VALUES);
    return isNew(random) ? ++next : 1 + random.int(next);
  };
}

/** Something that may have been put there, or null. */
const guess = (flavour: Flavour) => (random: Random) =>
  random.chance(0.3) ? null : flavour.distinct ? 1 + random.int(5) : random.int(VALUES);

const registers: (cas: boolean) => Maker = (cas) => (flavour) => {
  const fresh = values(flavour);
  let value: unknown = null;
  return {
    perform(random) {
      const draw = random.float();
      if (draw < 0.5) return gave('read', null, value);
      if (draw < 0.75 || !cas) {
        value = fresh(random);
        return told('write', value);
      }
      const pair = [value, fresh(random)];
      value = pair[1];
      return told('cas', pair);
    },
    lie: guess(flavour),
  };
};

const container: (
  names: readonly [put: string, take: string, look: string | null],
  next: (random: Random, elements: readonly number[]) => number,
) => Maker = (names, next) => (flavour) => {
  const [put, take, look] = names;
  const fresh = values(flavour);
  const elements: number[] = [];
  return {
    perform(random) {
      if (random.chance(0.5)) {
        const element = fresh(random);
        elements.push(element);
        return told(put, element);
      }
      const at = elements.length === 0 ? -1 : next(random, elements);
      const element = elements[at] ?? null;
      if (look !== null && random.chance(0.25)) return gave(look, null, element);
      if (at >= 0) elements.splice(at, 1);
      return gave(take, null, element);
    },
    lie: guess(flavour),
  };
};

const sets: (removes: boolean) => Maker = (removes) => (flavour) => {
  const fresh = values(flavour);
  const elements = new Set<number>();
  const known = (random: Random) => (flavour.distinct ? 1 + random.int(6) : random.int(VALUES));
  const removed = new Set<number>();
  return {
    perform(random) {
      const draw = random.float();
      if (draw < 0.25) return gave('read', null, random.shuffle([...elements]));
      if (draw < 0.5) {
        const element = known(random);
        return gave('contains', element, elements.has(element));
      }
      if (draw < 0.65 && removes) {
        const element = known(random);
        if (flavour.distinct && removed.has(element)) return null;
        removed.add(element);
        elements.delete(element);
        return told('remove', element);
      }
      const element = fresh(random);
      elements.add(element);
      return told('add', element);
    },
    lie: (random, { f, output }) => {
      if (f === 'contains') return output !== true;
      return [0, 1, 2, 3].filter(() => random.chance(0.5));
    },
  };
};

/** A lock that may be held `most` times, by one owner at a time. */
const locks: (most: number, owned: boolean, fenced: boolean) => Maker = (most, owned, fenced) => () => {
  let holder = -1;
  let times = 0;
  let token = 0;
  return {
    perform(random, process) {
      const mine = !owned || holder === process;
      const free = times === 0 || (owned && most > 1 && mine && times < most);
      if (free && (times === 0 || random.chance(0.5))) {
        holder = process;
        times++;
        token += 1 + random.int(2);
        return fenced ? gave('acquire', null, token) : told('acquire', null);
      }
      if (times === 0 || !mine) return null;
      times--;
      return told('release', null);
    },
    lie: (random) => random.int(6),
  };
};

const semaphores: Maker = () => {
  const held: number[] = [];
  return {
    perform(random) {
      const count = 1 + random.int(2);
      const free = 3 - held.reduce((sum, one) => sum + one, 0);
      if (random.chance(0.5) && free >= count) {
        held.push(count);
        return told('acquire', count === 1 ? null : count);
      }
      const given = held.shift();
      return given === undefined ? null : told('release', given);
    },
    lie: () => null,
  };
};

const multi: Maker = (flavour) => {
  const fresh = values(flavour);
  const registers = new Map<string, unknown>();
  const read = (name: string) => registers.get(name) ?? null;
  const names = (random: Random) => (random.chance(0.5) ? ['x', 'y'] : [random.pick(['x', 'y'])]);
  return {
    perform(random) {
      const draw = random.float();
      if (draw < 0.4) return gave('read', null, Object.fromEntries(names(random).map((name) => [name, read(name)])));
      if (draw < 0.7) {
        const changes = Object.fromEntries(names(random).map((name) => [name, fresh(random)]));
        for (const [name, value] of Object.entries(changes)) registers.set(name, value);
        return told('write', changes);
      }
      const asked: unknown[] = [];
      const got: unknown[] = [];
      for (const name of names(random)) {
        if (random.chance(0.5)) {
          asked.push(['r', name, null]);
          got.push(['r', name, read(name)]);
        } else {
          const value = fresh(random);
          registers.set(name, value);
          asked.push(['w', name, value]);
          got.push(['w', name, value]);
        }
      }
      return gave('txn', asked, got);
    },
    lie(random, { f, output }) {
      const other = guess(flavour);
      if (f === 'read') {
        return Object.fromEntries(Object.keys(output as object).map((name) => [name, other(random)]));
      }
      return (output as unknown[][]).map(([kind, name, value]) => [kind, name, kind === 'r' ? other(random) : value]);
    },
  };
};

const counters: Maker = () => {
  let sum = 0;
  return {
    perform(random) {
      const by = random.int(4) - 1;
      const draw = random.float();
      if (draw < 0.4) return gave('read', null, sum);
      sum += by;
      return draw < 0.7 ? told('add', by) : gave('add-and-get', by, sum);
    },
    lie: (random, { output }) => (output as number) + random.int(5) - 2,
  };
};

const stores: Maker = (flavour) => {
  const fresh = values(flavour);
  let text = '';
  return {
    perform(random) {
      const draw = random.float();
      if (draw < 0.5) return gave('get', null, text === '' && random.chance(0.5) ? null : text);
      const piece = String.fromCharCode(97 + (fresh(random) % 26));
      if (draw < 0.6) {
        text = piece;
        return told('put', piece);
      }
      text += piece;
      return told('append', piece);
    },
    lie: (random, { output }) => {
      const shown = (output ?? '') as string;
      return random.chance(0.5) ? shown.slice(0, -1) : `${shown}${random.pick(['a', 'b', 'c'])}`;
    },
  };
};

const logs: Maker = (flavour) => {
  const fresh = values(flavour);
  const entries: number[] = [];
  return {
    perform(random) {
      if (random.chance(0.5)) {
        const entry = fresh(random);
        return gave('append', entry, entries.push(entry) - 1);
      }
      const offset = random.int(entries.length + 2);
      return gave('read', offset, entries[offset] ?? null);
    },
    lie: (random, { f }) => (f === 'append' ? random.int(4) : guess(flavour)(random)),
  };
};

const least = (_: Random, elements: readonly number[]) => elements.indexOf(Math.min(...elements));

/** By the name of the model; a semaphore has three permits, a reentrant lock two turns. */
export const REFERENCES: Readonly<Record<string, Maker>> = {
  register: registers(false),
  'cas-register': registers(true),
  'multi-register': multi,
  mutex: locks(1, false, false),
  'owner-mutex': locks(1, true, false),
  'reentrant-mutex': locks(2, true, false),
  'fenced-mutex': locks(1, true, true),
  semaphore: semaphores,
  set: sets(true),
  'grow-only-set': sets(false),
  'fifo-queue': container(['enqueue', 'dequeue', 'peek'], () => 0),
  'unordered-queue': container(['enqueue', 'dequeue', null], (random, elements) => random.int(elements.length)),
  stack: container(['push', 'pop', 'peek'], (_, elements) => elements.length - 1),
  'priority-queue': container(['insert', 'extract-min', 'find-min'], least),
  counter: counters,
  'append-kv': stores,
  log: logs,
};

/** The initial value that the references start with. */
export const INITIAL: Readonly<Record<string, unknown>> = { semaphore: 3, 'reentrant-mutex': 2 };
