// The fuzz itself: it must find what is planted, make the same histories everywhere, and hand out each of them once.
import { describe, expect, it } from 'vitest';
import { isLinearizable } from '../checkers/linearizable/brute-force.js';
import { fifoQueue } from '../checkers/linearizable/models/fifo-queue.js';
import type { AnyModel } from '../checkers/linearizable/models/model.js';
import { multiRegister } from '../checkers/linearizable/models/multi-register.js';
import { register } from '../checkers/linearizable/models/register.js';
import { set } from '../checkers/linearizable/models/set.js';
import { MODELS } from '../checkers/linearizable/models/table.js';
import { createRandom } from '../framework/time/random.js';
import { holds } from './definition.js';
import { subject } from './histories.js';
import { byKey } from './keyed.js';
import { Queue } from './queue.js';
import { disagreed, progress, summary } from './tell.js';
import { parseWords } from './words.js';
import { work } from './work.js';

/** Models whose steps are right, and of which something else is not. */
const PLANTED: readonly (readonly [what: string, model: AnyModel])[] = [
  [
    'a write that is said to change nothing',
    { ...register, functions: { ...register.functions, write: { observes: 'input', pure: true } } },
  ],
  ['a register whose reads are said to need nothing', { ...register, cell: { ...register.cell!, needs: () => 0 } }],
  [
    'a queue whose dequeues are said to depend on nothing that came out',
    { ...fifoQueue, functions: { ...fifoQueue.functions, dequeue: { observes: 'input' } } },
  ],
  ['a set whose reads are said to be about one element', { ...set, part: (_f, input) => input ?? 1 }],
  ['registers of which all states look the same', { ...multiRegister, identity: () => 0 }],
];

describe('the fuzz', () => {
  it.each(MODELS.map((model) => [model.name, model] as const))('finds nothing wrong with %s', (name, model) => {
    const { tally, disagreement } = work({ model: name, seed: 7, from: 0, to: 300 }, model);
    expect(disagreement).toBeNull();
    expect(tally.histories).toBe(300);
    expect(tally.valid).toBeGreaterThan(100);
    expect(300 - tally.valid).toBeGreaterThan(20);
    expect(tally.witnesses).toBeGreaterThan(3);
  });

  it.each(PLANTED)('finds %s', (_what, model) => {
    const { disagreement } = work({ model: model.name, seed: 1, from: 0, to: 3000 }, model);
    expect(disagreement).not.toBeNull();
    const { index, lines } = disagreement!;
    expect(lines.split('\n').map((line) => (JSON.parse(line) as { index: number }).index)).toContain(0);
    expect(disagreed(disagreement!)).toContain(`--seed 1 --from ${index} --histories 1`);
    // Alone it is found again.
    const again = work({ model: model.name, seed: 1, from: index, to: index + 1 }, model);
    expect([again.disagreement?.index, again.disagreement?.lines]).toEqual([index, lines]);
  });

  it('judges by definition as the brute-force judge does', () => {
    for (const model of MODELS) {
      for (let index = 0; index < 200; index++) {
        const { history, initial } = subject(model.name, 3, index);
        for (const operations of byKey(history).values()) {
          const label = `${model.name}, history ${index}`;
          expect(holds(model, initial, operations), label).toBe(isLinearizable(model, initial, operations));
        }
      }
    }
  });

  it('makes the same history of a number, and another one of another', () => {
    const text = (seed: number, index: number) =>
      JSON.stringify([...subject('stack', seed, index).history.operations()]);
    expect(text(1, 5)).toBe(text(1, 5));
    expect(text(1, 6)).not.toBe(text(1, 5));
    expect(text(2, 5)).not.toBe(text(1, 5));
  });

  it('hands out each history once, whoever takes it', () => {
    const random = createRandom(1, 'queue');
    const queue = new Queue(['a', 'b', 'c'], 1, 10, 9010);
    const seen = new Map<string, number[]>();
    for (let piece = queue.next(); piece !== undefined; piece = queue.next()) {
      if (piece.model === 'b' && random.chance(0.5)) queue.drop('b');
      const list = seen.get(piece.model) ?? [];
      for (let i = piece.from; i < piece.to; i++) list.push(i);
      seen.set(piece.model, list);
    }
    const all = Array.from({ length: 9000 }, (_, i) => i + 10);
    expect(seen.get('a')).toEqual(all);
    expect(seen.get('c')).toEqual(all);
    expect(all.slice(0, seen.get('b')!.length)).toEqual(seen.get('b'));
  });

  it('reads its words, and refuses others', () => {
    expect(parseWords(['stack', '--histories', '10', '--minutes', '0.5', '--workers', '3'])).toEqual({
      models: ['stack'],
      seed: 1,
      histories: 10,
      from: 0,
      minutes: 0.5,
      workers: 3,
    });
    expect(parseWords([]).models).toHaveLength(MODELS.length);
    expect(parseWords([]).histories).toBe(1_000_000);
    for (const words of [['heap'], ['--seed', 'x'], ['--minutes', '0'], ['--what']]) {
      expect(() => parseWords(words), words.join(' ')).toThrow();
    }
  });

  it('says how far it is', () => {
    const tally = {
      histories: 12_345,
      valid: 12_000,
      witnesses: 86,
      rough: 1,
      late: 0,
      algorithms: { search: 2, zones: 12_343 },
    };
    const tallies = new Map([['register', tally]]);
    expect(progress(tallies, 1_000_000, 2)).toBe(
      '12,345 of 1,000,000 histories; 6,173/s; 12,000 linearizable, 345 not; 86 witnesses checked',
    );
    expect(summary(tallies).split('\n')[1]).toBe(
      'register     12,345        12,000  345         86      1     0  zones 12,343, search 2',
    );
  });
});
