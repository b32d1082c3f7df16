// Small histories with known verdicts, most of them the classic litmus tests of memory models.
import { describe, expect, it } from 'vitest';
import { checkLinearizable } from '../linearizable/check.js';
import { Script } from '../testing/script.js';
import { checkSequential, type SequentialOptions } from './check.js';
import { bruteForce } from './testing/judged.js';

/** `w x 1`, `r x 1` (`_` is null), `cas x 1 2`; after `?` it never completes, after `!` it fails. One line a process. */
function run(script: Script, process: number, text: string): void {
  const [deed, mark] = text.split(/([?!])/);
  const [f, key, ...rest] = deed!.trim().split(' ');
  const [a, b] = rest.map((value) => (value === '_' ? null : Number(value)));
  const name = f === 'r' ? 'read' : f === 'w' ? 'write' : 'cas';
  const asked = f === 'r' ? null : f === 'w' ? a : [a, b];
  script.invoke(process, name, asked, { key: key! });
  if (mark === '!') script.fail(process);
  else if (mark === '?') script.info(process);
  else script.ok(process, f === 'r' ? a : asked);
}

/** Each process does its line, one process after the other: real time says nothing to sequential consistency. */
function history(lines: readonly string[], order?: readonly number[]): Script {
  const script = new Script();
  const queues = lines.map((line) => line.split(',').map((text) => text.trim()));
  const turns = order ?? queues.flatMap((queue, process) => queue.map(() => process));
  for (const process of turns) run(script, process, queues[process]!.shift()!);
  return script;
}

const ALLOWED: Record<string, readonly string[]> = {
  'one of two who write and then read sees the other': ['w x 1, r y _', 'w y 1, r x 1'],
  // The read of 1 comes long before its write in real time, and no process can tell.
  'a read of what is written later, by the clock': ['r x 1', 'w x 1'],
  'a stale read by a process that saw nothing newer': ['w x 1, w x 2', 'r x 1'],
  'two stale readers that agree on the order of the writes': ['w x 1, w x 2', 'r x _, r x 1', 'r x 1, r x 2'],
  'readers that see independent writes in the same order': ['w x 1', 'w y 1', 'r x 1, r y _', 'r x 1, r y 1'],
  'a message that is read with what came before it': ['w x 1, w y 1', 'r y 1, r x 1'],
  'cas that make a chain, read in its order': ['cas x _ 1, cas x 2 3', 'cas x 1 2, r x 3', 'r x 1, r x 2'],
  'a failed cas, which did not happen': ['w x 1, cas x 1 2!, r x 1', 'r x 1'],
  'a pending write that somebody saw': ['w x 1?', 'r x _, r x 1'],
  'a pending write that nobody saw': ['w x 1?', 'r x _, w x 2, r x 2'],
  // The process goes on after the write that never completed; it takes effect after what the process did then.
  'a pending write that takes effect later than the next operation of its process': ['w x 1?, r x _', 'r x 1'],
  'a pending cas that others build on': ['cas x _ 1?', 'cas x 1 2', 'r x 2'],
  'a value that is written twice, read between other values': ['w x 1, w x 2, w x 1', 'r x 1, r x 2, r x 1'],
  'nothing at all': ['w x 1?'],
};

const FORBIDDEN: Record<string, readonly string[]> = {
  // Store buffering: each write would have to come after the other process's read, and so after the other write.
  'two who write and then miss each other': ['w x 1, r y _', 'w y 1, r x _'],
  'three who do so in a ring': ['w x 1, r y _', 'w y 1, r z _', 'w z 1, r x _'],
  // Message passing: the write of x comes before that of y, which was seen.
  'a message without what came before it': ['w x 1, w y 1', 'r y 1, r x _'],
  // Independent reads of independent writes: one reader says x was first, the other one y.
  'readers that disagree on the order of independent writes': ['w x 1', 'w y 1', 'r x 1, r y _', 'r y 1, r x _'],
  // Coherence: the same with two writes of one key.
  'readers that disagree on the order of two writes of one key': ['w x 1', 'w x 2', 'r x 1, r x 2', 'r x 2, r x 1'],
  // Load buffering: both read what the other one writes only after that.
  'two who read what the other has yet to write': ['r x 1, w y 1', 'r y 1, w x 1'],
  // 2+2W: y ends as 1, so the write of 2 to y came first, after 1 to x by its process; the same the other way round.
  'two who write both keys, and each key ends with the earlier write': ['w x 1, w y 2, r y 1', 'w y 1, w x 2, r x 1'],
  // Write to read causality: process 1 saw x before it wrote y.
  'an effect without its cause': ['w x 1', 'r x 1, w y 1', 'r y 1, r x _'],
  'a process that misses its own write': ['w x 1, r x _'],
  'a process that goes back to what it overwrote': ['w x 1, w x 2, r x 1'],
  'two cas from one value': ['cas x _ 1', 'cas x _ 2'],
  'cas that make a chain, read against its order': ['cas x _ 1, cas x 1 2', 'r x 2, r x 1'],
  'two cas that feed each other': ['cas x 1 2', 'cas x 2 1'],
  'a pending cas that nobody could have carried out, but somebody saw': ['w x 1, r x 1', 'cas x 5 2?', 'r x 2'],
  'a pending write that was seen and then was not': ['w x 1?', 'r x 1, r x _'],
  'more changes of a value than it was written': ['w x 1, w x 2, w x 1', 'r x 1, r x 2, r x 1, r x 2'],
};

describe('checkSequential on litmus tests', () => {
  it.each(Object.entries(ALLOWED))('allows %s', (_, lines) => {
    const script = history(lines).history();
    const result = checkSequential(script);
    expect(result).toMatchObject({ valid: true, anomalies: [] });
    expect(bruteForce(script)).toBe(true);
  });

  it.each(Object.entries(FORBIDDEN))('forbids %s', (_, lines) => {
    const script = history(lines).history();
    const result = checkSequential(script);
    expect(result.valid).toBe(false);
    expect(result.anomalies).toHaveLength(1);
    expect(result.anomalies[0]!.evidence).toMatchObject({ irreducible: true, rechecked: true });
    expect(bruteForce(script)).toBe(false);
  });

  it('is not local: each key by itself is fine, both together are not', () => {
    const [both] = [FORBIDDEN['two who write and then miss each other']!];
    const only = (key: string) =>
      both.map((line) =>
        line
          .split(', ')
          .filter((text) => text.includes(` ${key} `))
          .join(', '),
      );
    expect(checkSequential(history(only('x')).history()).valid).toBe(true);
    expect(checkSequential(history(only('y')).history()).valid).toBe(true);
    expect(checkSequential(history(both).history()).valid).toBe(false);
  });

  it('allows what is not linearizable: a process that reads an old copy', () => {
    const script = history(['w x 1, w x 2', 'r x 1'], [0, 0, 1]).history();
    expect(checkSequential(script).valid).toBe(true);
    expect(checkLinearizable(script).valid).toBe(false);
  });

  it('takes the initial value, and lets null reads match anything if asked', () => {
    const verdict = (lines: readonly string[], options: SequentialOptions) =>
      checkSequential(history(lines).history(), options).valid;
    expect(verdict(['r x 0, w x 1'], { initial: 0 })).toBe(true);
    expect(verdict(['r x 0, w x 1'], {})).toBe(false);
    expect(verdict(['w x 1, r x _'], { nilMatchesAny: true })).toBe(true);
    expect(verdict(['w x 1, r x _', 'cas x _ 2'], { nilMatchesAny: true })).toBe(true);
    expect(verdict(['w x 1, r x 1', 'cas x _ 2, cas x _ 3'], { nilMatchesAny: true })).toBe(false);
  });
});
