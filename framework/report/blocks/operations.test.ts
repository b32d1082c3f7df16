import { describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../../history/history.js';
import { valueText } from '../operations.js';
import { gotText, NONE, type Operations, positionOf, unpackOperations, valueAt } from '../page/operations.js';
import { pack, unpack } from '../page/pack.js';
import { tell } from '../story.js';
import { SMALL } from '../testing/made-up.js';
import { manyAnomalies, staleRead, validRun } from '../testing/scenarios.js';
import { chosenRows } from './chosen.js';
import { operationsBlock } from './operations.js';

/** As a browser gets them. */
function travelled(input: ReturnType<typeof validRun>): Operations {
  const bytes = Uint8Array.from(pack(operationsBlock(tell(input))));
  return unpackOperations(unpack(bytes) as ReturnType<typeof operationsBlock>);
}

describe('operationsBlock', () => {
  it('holds every operation as the history does', () => {
    const input = manyAnomalies();
    const operations = travelled(input);
    const all = [...input.history.operations()];
    expect([operations.count, operations.left]).toEqual([all.length, 0]);
    all.forEach((operation, i) => {
      expect({
        index: operations.row[i],
        process: operations.process[i],
        f: operations.functions[operations.f[i]!],
        key: operations.key[i] === NONE ? undefined : operations.keys[operations.key[i]!],
        node: operations.node[i] === NONE ? undefined : operations.nodes[operations.node[i]!],
        outcome: ['ok', 'fail', 'info'][operations.outcome[i]!],
        invoked: operations.invoked[i],
        completed: Number.isNaN(operations.completed[i]) ? undefined : operations.completed[i],
        error: operations.error[i] === NONE ? undefined : operations.texts[operations.error[i]!],
        value: valueAt(operations, i),
      }).toEqual({
        index: operation.index,
        process: operation.process,
        f: operation.f,
        key: operation.key === undefined ? undefined : String(operation.key),
        node: operation.node,
        outcome: operation.outcome,
        invoked: operation.invoked,
        completed: operation.completed,
        error: operation.error,
        value: valueText(operation, 160),
      });
      expect(positionOf(operations, operation.index)).toBe(i);
    });
    const { density } = operations;
    const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
    expect(sum(density.ok) + sum(density.fail) + sum(density.info)).toBe(all.length);
  });

  it('says values of every kind as the page does', () => {
    const history = new ColumnarHistory();
    const cases: [string, unknown, 'ok' | 'fail' | 'info', unknown][] = [
      ['write', -5, 'ok', -5],
      ['write', 'text', 'ok', 'text'],
      ['write', [1, 2], 'info', null],
      ['read', null, 'ok', null],
      ['read', null, 'ok', [3, 4]],
      ['read', null, 'fail', null],
      ['cas', [1, 2], 'ok', [1, 2]],
      ['cas', ['a', 'b'], 'fail', ['a', 'b']],
      ['add', { deep: [1, { x: true }] }, 'ok', 1.5],
      ['txn', [['append', 'x', 1]], 'info', [['append', 'x', 1]]],
      [
        'txn',
        [
          ['r', 'x', null],
          ['append', 'x', 1],
        ],
        'ok',
        [
          ['r', 'x', [1, 2]],
          ['append', 'x', 1],
        ],
      ],
      ['write', 'x'.repeat(1000), 'ok', null],
    ];
    cases.forEach(([f, asked, outcome, value], i) => {
      history.appendInvoke(2 * i + 1, i, f, undefined, asked, undefined);
      history.appendCompletion(2 * i + 2, i, outcome, value);
    });
    const operations = travelled({ ...validRun(), history });
    [...history.operations()].forEach((operation, i) => {
      expect(valueAt(operations, i)).toBe(valueText(operation, 160));
    });
    expect(gotText(operations, 0)).toBe('-5');
    expect(gotText(operations, 4)).toBe('[3, 4]');
  });

  it('shortens texts where there are very many', () => {
    const history = new ColumnarHistory();
    for (let i = 0; i < 60_000; i++) {
      history.appendInvoke(i * 10, 0, 'write', undefined, `${i} ${'long '.repeat(40)}`, undefined);
      history.appendCompletion(i * 10 + 5, 0, 'ok', undefined);
    }
    const { texts } = travelled({ ...validRun(), history });
    expect(texts.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(7_000_000);
  });
});

describe('names and errors', () => {
  it('are bounded where every operation has its own', () => {
    const history = new ColumnarHistory();
    for (let i = 0; i < 40_000; i++) {
      history.appendInvoke(i * 10, 0, 'write', `key ${i} ${'x'.repeat(100)}`, i, 'n1');
      history.appendCompletion(i * 10 + 5, 0, 'fail', undefined, `error ${i} ${'y'.repeat(300)}`);
    }
    const { texts, keys, error, count } = travelled({ ...validRun(), history });
    const length = (list: readonly string[]) => list.reduce((sum, text) => sum + text.length, 0);
    expect(length(texts)).toBeLessThan(2_000_000);
    expect(length(keys)).toBeLessThan(count * 20);
    expect(texts[error[0]!]).toHaveLength(160);
    expect(texts[error[count - 1]!]).toContain('history.jsonl');
  });
});

describe('chosenRows', () => {
  const input = staleRead({ ...SMALL, operations: 60_000, length: 600_000_000_000 });
  const story = tell(input);
  const { rows, all } = chosenRows(story, 20_000);
  const chosen = new Set(rows);

  it('keeps about as many as asked for, the same ones each time', () => {
    expect(all).toBe(60_003);
    expect(rows.length).toBeGreaterThan(15_000);
    expect(rows.length).toBeLessThan(26_000);
    expect(chosenRows(story, 20_000).rows).toEqual(rows);
    expect([...rows]).toEqual([...rows].sort((a, b) => a - b));
  });

  it('keeps the operations of anomalies with everything near them, and all that failed where that is little', () => {
    const { from, to } = story.cases[0]!.span!;
    for (const operation of input.history.operations()) {
      const near = operation.invoked >= from - 5_000_000_000 && operation.invoked <= to + 5_000_000_000;
      if (near || operation.outcome !== 'ok')
        expect([operation.index, chosen.has(operation.index)]).toEqual([operation.index, true]);
    }
  });

  it('thins out the rest evenly among clients', () => {
    const share = (node: string) => {
      const of = [...input.history.operations()].filter(
        (operation) => operation.node === node && operation.outcome === 'ok',
      );
      return of.filter(({ index }) => chosen.has(index)).length / of.length;
    };
    const shares = input.history.nodes.map(share);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(0.1);
  });

  it('leaves out nothing of a run that fits', () => {
    expect(chosenRows(tell(validRun())).rows.length).toBe([...validRun().history.operations()].length);
  });
});
