import { describe, expect, it } from 'vitest';
import type { Message } from '../../contracts/message.js';
import type { Environment, Protocol } from '../../contracts/protocol.js';
import { createRandom } from '../../time/random.js';
import { VirtualClock } from '../../time/virtual.js';
import { LineReader } from './line-reader.js';
import { NodeRuntime } from './runtime.js';

/** Everything that the runtime does to its process, in order. */
function rig(
  make: (env: Environment) => Protocol,
  options: { volatile?: boolean; parent?: boolean; again?: boolean } = {},
) {
  const did: string[] = [];
  const clock = new VirtualClock();
  const reader = new LineReader();
  let text = '';
  const take = (_to: string, line: string) => {
    text += line;
  };
  const runtime = new NodeRuntime({
    clock,
    random: createRandom(1, 'node'),
    store: {
      append: (scope, record) => did.push(`append ${scope}${JSON.stringify(record)}`),
      replace: () => did.push('replace'),
      recover: () => ({ snapshot: null, records: [] }),
      flush: () => did.push('write'),
      sync: () => did.push('sync'),
      tidy: () => {},
    },
    epoch: 1e15,
    make,
    volatile: options.volatile ?? false,
    parent: options.parent ?? true,
    again: options.again ?? false,
    // Each test ends its turns itself.
    later: () => {},
    outlet: {
      send: take,
      notice: take,
      leave: () => {
        if (text !== '') did.push(...text.trimEnd().split('\n'));
        text = '';
      },
      drop: () => {
        text = '';
      },
    },
    log: (text) => did.push(`log ${text.trimEnd()}`),
    stamp: () => '0',
    full: () => {
      throw new Error('full');
    },
    readOnly: () => {
      throw new Error('read-only');
    },
    threw: (error) => {
      throw error;
    },
    unusable: (detail) => {
      throw new Error(detail);
    },
  });
  return {
    did,
    clock,
    /** Lines arrive as these chunks, in one turn; what came of it. */
    turn: (...chunks: (string | Buffer)[]) => {
      did.length = 0;
      for (const chunk of chunks) {
        const batch = reader.push(Buffer.from(chunk));
        if (batch !== null) runtime.lines(batch);
      }
      runtime.flush();
      return [...did];
    },
    runtime,
  };
}

const line = (message: unknown) => `${JSON.stringify(message)}\n`;
const init = line({ src: 'c0', dest: 'n1', body: { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1', 'n2'] } });
const put = (item: unknown, msg_id = 2) => line({ src: 'c1', dest: 'n1', body: { type: 'put', msg_id, item } });
const get = line({ src: 'c1', dest: 'n1', body: { type: 'get', msg_id: 9 } });
const control = (body: unknown) => line({ src: 'chaos', dest: 'n1', body });
const INIT_OK = '{"src":"n1","dest":"c0","body":{"type":"init_ok","in_reply_to":1}}';
const putOk = (msg_id = 2) => `{"src":"n1","dest":"c1","body":{"type":"put_ok","in_reply_to":${msg_id}}}`;
const GET_OK = '{"src":"n1","dest":"c1","body":{"type":"get_ok","in_reply_to":9}}';

const store = (env: Environment): Protocol => ({
  start: () => env.setTimer('tick', 10),
  timeout: () => env.send('n2', { type: 'tick' }),
  receive: (message: Message) => {
    if (message.body.type === 'put') env.log.append(message.body['item']);
    env.reply(message, { type: `${message.body.type}_ok` });
  },
});

describe('the runtime of a process', () => {
  it('answers init, then serves', () => {
    const node = rig(store);
    expect(node.turn(init)).toEqual([INIT_OK]);
    expect(node.turn(get)).toEqual([GET_OK]);
  });

  it('releases what waits for nothing, writes and syncs once for a batch, then releases the rest in order', () => {
    const node = rig(store);
    node.turn(init);
    expect(node.turn(get + put('a', 2) + put('b', 3) + get)).toEqual([
      'append "a"',
      'append "b"',
      GET_OK,
      'write',
      'sync',
      putOk(2),
      putOk(3),
      GET_OK,
    ]);
  });

  it('one sync covers all chunks of a turn, wherever they were cut', () => {
    const bytes = Buffer.from(put('größe') + put('b', 3));
    for (let cut = 1; cut < bytes.length; cut++) {
      const node = rig(store);
      node.turn(init);
      const did = node.turn(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(did).toEqual(['append "größe"', 'append "b"', 'write', 'sync', putOk(2), putOk(3)]);
    }
  });

  it('a volatile node writes, releases and never syncs', () => {
    const node = rig(store, { volatile: true });
    node.turn(init);
    expect(node.turn(put('a'))).toEqual(['append "a"', 'write', putOk()]);
  });

  it('a slow sync holds back what waits for it, not what came before', async () => {
    const node = rig(store);
    node.turn(init);
    expect(node.turn(control({ type: 'disk', msg_id: 5, slow: 30, full: false }))).toEqual([
      '{"src":"n1","dest":"chaos","body":{"type":"done","in_reply_to":5}}',
    ]);
    expect(node.turn(get + put('a'))).toEqual(['append "a"', GET_OK, 'write']);
    expect(node.turn(put('b', 3))).toEqual(['append "b"']);
    node.did.length = 0;
    while (!node.clock.idle) {
      node.clock.unsettled = false;
      node.clock.run(100);
    }
    expect(node.did).toEqual(['sync']);
    // The first sync has begun before the second write: it does not cover it.
    expect(node.turn()).toEqual([putOk(2), 'write']);
  });

  it.each(['full', 'read-only'])('a disk that is %s ends the node at its next write, not before', (kind) => {
    const node = rig(store);
    const faults = { full: kind === 'full', readOnly: kind === 'read-only' };
    node.turn(init + control({ type: 'disk', msg_id: 5, slow: 0, ...faults }));
    expect(node.turn(get)).toEqual([GET_OK]);
    expect(() => node.turn(put('a'))).toThrow(kind);
  });

  it('obeys and tells nobody but its own parent', () => {
    const node = rig((env) => ({ ...store(env), start: () => env.report({ leader: 'n1', term: 1 }) }), {
      parent: false,
    });
    expect(node.turn(init)).toEqual([INIT_OK]);
    node.turn(control({ type: 'disk', msg_id: 5, slow: 0, full: true }));
    expect(node.turn(put('a'))).toContain('sync');
  });

  it('reports out of band at once, even while messages wait', () => {
    const node = rig((env) => ({ ...store(env), start: () => env.report({ leader: 'n1', term: 1 }) }));
    expect(node.turn(init)).toEqual([
      '{"src":"n1","dest":"chaos","body":{"type":"report","state":{"leader":"n1","term":1}}}',
      INIT_OK,
    ]);
  });

  it('survives input that is no message, and logs it', () => {
    const node = rig(store);
    expect(node.turn('nonsense\n')).toEqual(['log 0 not JSON: nonsense']);
    expect(node.turn(get)).toEqual([expect.stringContaining('before init')]);
    expect(node.turn(init + init)).toEqual([INIT_OK]);
    expect(() => rig(store).turn(line({ src: 'c0', dest: 'n1', body: { type: 'init', msg_id: 1 } }))).toThrow(
      'node_id',
    );
  });

  it('answers a parent that says init again, where that may happen, and tells it again what it reported', () => {
    let started = 0;
    const report = { leader: 'n1', term: 1 };
    const node = rig(
      (env) => ({
        ...store(env),
        start: () => {
          started++;
          env.report({ term: 0 });
          env.report(report);
          env.scope('g').report({ term: 5 });
        },
      }),
      { again: true },
    );
    node.turn(init);
    expect(node.turn(init)).toEqual([INIT_OK]);
    expect(started).toBe(1);
    node.runtime.repeatReports();
    const told = (state: unknown) =>
      `{"src":"n1","dest":"chaos","body":{"type":"report","state":${JSON.stringify(state)}}}`;
    expect(node.turn()).toEqual([told(report), told({ term: 5, scope: 'g' })]);
  });

  it('takes from other nodes only what is for its protocol, once that has begun', () => {
    const node = rig(store);
    const peer = (text: string) => {
      node.did.length = 0;
      node.runtime.fromPeer(Buffer.from(text.trimEnd()));
      node.runtime.flush();
      return [...node.did];
    };
    expect(peer(get)).toEqual([]);
    node.turn(init);
    expect(peer(get)).toEqual([GET_OK]);
    expect(peer(control({ type: 'disk', msg_id: 5, slow: 0, full: true }))).toEqual([]);
    expect(peer(put('a'))).toEqual(['append "a"', 'write', 'sync', putOk()]);
  });

  it('quotes what needs it in addresses', () => {
    const node = rig(store);
    node.turn(init);
    const [reply] = node.turn(line({ src: 'c"\\\n', dest: 'n1', body: { type: 'get', msg_id: 1 } }));
    expect(JSON.parse(reply!)).toMatchObject({ src: 'n1', dest: 'c"\\\n' });
  });
});
