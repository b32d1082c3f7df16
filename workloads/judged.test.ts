// Every workload against a server that is right and servers that are wrong, judged by the workload's own checks.
import { describe, expect, it } from 'vitest';
import broadcastCheck from '../checkers/broadcast.js';
import counterCheck from '../checkers/counter.js';
import echoCheck from '../checkers/echo.js';
import orSetCheck from '../checkers/or-set/index.js';
import setFull from '../checkers/set-full.js';
import { judge, Script } from '../checkers/testing/script.js';
import uniqueIdsCheck from '../checkers/unique-ids.js';
import type { AnyChecker, Verdict } from '../framework/contracts/checker.js';
import type { Body } from '../framework/contracts/message.js';
import type { OptionValues } from '../framework/contracts/options.js';
import type { AnyWorkload } from '../framework/contracts/workload.js';
import broadcast from './broadcast.js';
import counter from './counter.js';
import echo from './echo.js';
import gSet from './g-set.js';
import orSet from './or-set.js';
import { type Done, drive, resolved } from './testing/drive.js';
import uniqueIds from './unique-ids.js';

const checkers = new Map<string, AnyChecker>(
  [broadcastCheck, counterCheck, echoCheck, orSetCheck, setFull, uniqueIdsCheck].map((checker) => [
    checker.name,
    checker,
  ]),
);

type Server = (body: Body, turn: number) => Body;

/** Drives the workload and has the first of its checks judge what it recorded. */
function verdict(workload: AnyWorkload, serve: Server, values: OptionValues = {}): Verdict {
  let turn = 0;
  const { load, final } = drive(workload, (body) => serve(body, turn++), { with: values, operations: 600 });
  const script = new Script().phase('load');
  const record = ({ invocation: { f, value }, completion }: Done, node: string) => {
    script.invoke(0, f, value, { node });
    if (completion.type === 'ok') script.ok(0, completion.value);
    else script.fail(0, completion.error);
  };
  for (const done of load) record(done, 'n1');
  script.phase('heal').phase('recover').phase('final');
  final.forEach((done, i) => {
    record(done, `n${i + 1}`);
  });
  const options = resolved(workload, values);
  const [check] = typeof workload.checks === 'function' ? workload.checks(options) : workload.checks;
  const checker = checkers.get(check!.use)!;
  expect(Object.keys(check!.with ?? {}).filter((name) => !(name in (checker.options ?? {})))).toEqual([]);
  return judge(checker, script.phase('end'), check!.with === undefined ? {} : { with: check!.with });
}

/** A set under the names of broadcast or g-set; `spoil` may lie about what a read returns. */
function set(spoil: (items: unknown[], turn: number) => unknown[] = (items) => items): Server {
  const items: unknown[] = [];
  return (body, turn) => {
    if (body.type === 'read') {
      const answer = spoil([...items], turn);
      return { type: 'read_ok', value: answer, messages: answer };
    }
    items.push(body['element'] ?? body['message']);
    return { type: `${body.type}_ok` };
  };
}

/** A set from which elements can be removed; `removes`: whether it does so, `spoil` as above. */
function removable(
  removes: (turn: number) => boolean = () => true,
  spoil: (items: unknown[]) => unknown[] = (items) => items,
): Server {
  const items = new Set<unknown>();
  return (body, turn) => {
    if (body.type === 'read') return { type: 'read_ok', value: spoil([...items]) };
    if (body.type === 'add') items.add(body['element']);
    else if (removes(turn)) items.delete(body['element']);
    return { type: `${body.type}_ok` };
  };
}

function total(lie: (sum: number, turn: number) => number = (sum) => sum): Server {
  let sum = 0;
  return (body, turn) => {
    if (body.type === 'read') return { type: 'read_ok', value: lie(sum, turn) };
    sum += body['delta'] as number;
    return { type: 'add_ok' };
  };
}

describe('a right server', () => {
  it.each<[string, AnyWorkload, Server, OptionValues]>([
    ['echo', echo, (body) => ({ type: 'echo_ok', echo: body['echo'] }), {}],
    ['unique-ids', uniqueIds, (_, turn) => ({ type: 'generate_ok', id: turn }), {}],
    ['broadcast', broadcast, set(), {}],
    ['g-set', gSet, set(), { linearizable: true }],
    ['or-set', orSet, removable(), {}],
    ['counter', counter, total(), {}],
    ['pn-counter', counter, total(), counter.aliases!['pn-counter']!],
  ])('of %s is valid', (_, workload, serve, values) => {
    expect(verdict(workload, serve, values)).toMatchObject({ valid: true, anomalies: [] });
  });
});

describe('a wrong server', () => {
  const behind = (items: unknown[], turn: number) => (turn < 590 ? items.slice(0, -5) : items);

  it.each<[string, string, AnyWorkload, Server, OptionValues]>([
    ['answers with something else', 'wrong-echo', echo, () => ({ type: 'echo_ok', echo: 'no' }), {}],
    ['wraps its ids around', 'duplicate-id', uniqueIds, (_, turn) => ({ type: 'generate_ok', id: turn % 256 }), {}],
    ['forgets messages', 'lost-message', broadcast, set((items) => items.slice(3)), {}],
    ['forgets elements', 'lost-element', gSet, set((items) => items.slice(3)), {}],
    ['shows elements late', 'stale-read', gSet, set(behind), { linearizable: true }],
    ['makes up elements', 'unexpected-element', gSet, set((items) => [...items, -1]), {}],
    ['doubles elements', 'duplicate-element', gSet, set((items) => [...items, ...items]), {}],
    ['forgets to remove', 'resurrected-element', orSet, removable((turn) => turn % 10 > 0), {}],
    ['loses what is to be removed', 'lost-element', orSet, removable(undefined, (items) => items.slice(3)), {}],
    ['forgets an update', 'lost-update', counter, total((sum) => sum - 1), {}],
    ['counts one twice', 'phantom-update', counter, total((sum) => sum + 1), {}],
    ['is one off', 'counter-out-of-bounds', counter, total((sum) => sum + 1), counter.aliases!['pn-counter']!],
  ])('that %s is caught: %s', (_, anomaly, workload, serve, values) => {
    const { valid, anomalies } = verdict(workload, serve, values);
    expect(valid).toBe(false);
    expect(new Set(anomalies.map(({ name }) => name))).toEqual(new Set([anomaly]));
  });

  it('that is only late is no anomaly of a set that need not be linearizable', () => {
    expect(verdict(gSet, set(behind)).valid).toBe(true);
  });
});
