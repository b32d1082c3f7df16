// Connections between nodes over real sockets: who is heard, what arrives, and how they recover.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { dialTcp } from './dial.js';
import { CONTROL, greeted, helloLine, welcomedBy, withoutAcks } from './greeting.js';
import { Link, type LinkOptions } from './link.js';
import { Listener } from './listener.js';
import { Wire } from './testing/wire.js';

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

/** A listener called n1 on a free port, and what it has heard. */
async function listening() {
  const heard: string[] = [];
  const refused: string[] = [];
  const ups: number[] = [];
  const take = (batch: Buffer) => heard.push(...batch.toString('utf8').split('\n'));
  const listener = new Listener({
    id: 'n1',
    run: 'r',
    token: 'secret',
    nodes: new Set(['n1', 'n2']),
    onPeer: take,
    onControl: take,
    onControlUp: () => ups.push(heard.length),
    onDrain: () => {},
    onRefused: (detail) => refused.push(detail),
  });
  closing.push(() => listener.close());
  const port = await freePort();
  await listener.listen({ host: '127.0.0.1', port });
  return { listener, port, heard, refused, ups };
}

async function freePort(): Promise<number> {
  const wire = new Wire(1);
  const port = await wire.open();
  wire.close();
  return port;
}

function linkTo(port: number, options: Partial<LinkOptions> = {}): Link {
  const link = new Link({
    peer: 'n1',
    hello: helloLine('r', 'secret', 'n2'),
    dial: (signal) => dialTcp({ host: '127.0.0.1', port }, signal),
    lasting: false,
    held: 1000,
    backlog: 1 << 24,
    ...options,
  });
  closing.push(() => link.close());
  return link;
}

async function until(condition: () => boolean, within = 10_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it never happened');
    await sleep(5);
  }
}

/** Says this on a connection of its own; what comes back until the other end closes it. */
function say(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}

describe.concurrent('a connection between nodes', () => {
  it('keeps the order and loses nothing, whatever the sizes', async () => {
    const { port, heard } = await listening();
    const link = linkTo(port, { backlog: Number.POSITIVE_INFINITY, held: 1 << 24 });
    const sent: string[] = [];
    for (let i = 0; i < 100_000; i++) {
      const line = i === 500 ? 'x'.repeat(5_000_000) : `message ${i} größer`;
      sent.push(line);
      link.send(`${line}\n`);
      if (i % 700 === 0) {
        link.flush();
        await sleep(0);
      }
    }
    link.flush();
    await until(() => heard.length >= sent.length);
    expect(heard.length).toBe(sent.length);
    expect(heard.every((line, i) => line === sent[i])).toBe(true);
  });

  it('dials when there is something to send, also somebody who comes later', async () => {
    const { port, heard, listener } = await listening();
    listener.close();
    const link = linkTo(port);
    expect(link.isUp).toBe(false);
    const ticks = setInterval(() => {
      link.send('tick\n');
      link.flush();
    }, 20);
    await sleep(300);
    const again = new Listener({
      id: 'n1',
      run: 'r',
      token: 'secret',
      nodes: new Set(['n2']),
      onPeer: () => heard.push('tick'),
      onControl: () => {},
      onControlUp: () => {},
      onDrain: () => {},
      onRefused: () => {},
    });
    await again.listen({ host: '127.0.0.1', port });
    await until(() => heard.length > 0);
    clearInterval(ticks);
    again.close();
  });

  it('that carries nothing any more is replaced by one that does', async () => {
    const { port, heard } = await listening();
    const wire = new Wire(port);
    closing.push(() => wire.close());
    const downs: (Error | null)[] = [];
    const way = await wire.open();
    const link = linkTo(way, { onDown: (error) => downs.push(error) });
    let count = 0;
    const ticks = setInterval(() => {
      link.send(`${count++}\n`);
      link.flush();
    }, 20);
    await until(() => heard.length > 5);
    wire.cut();
    await sleep(1800);
    expect(downs).toEqual([]);
    const before = heard.length;
    wire.mend();
    await until(() => heard.length > before + 5, 3000);
    clearInterval(ticks);
    expect(downs).toEqual([expect.objectContaining({ message: 'nothing came through any more' })]);
    // What was sent meanwhile is lost, and nothing comes out of order.
    expect(heard.map(Number)).toEqual(heard.map(Number).sort((one, other) => one - other));
  });

  it('that is merely slow is kept', async () => {
    const { port, heard } = await listening();
    const wire = new Wire(port);
    closing.push(() => wire.close());
    wire.delay = 600;
    let [ups, downs] = [0, 0];
    const link = linkTo(await wire.open(), { onUp: () => ups++, onDown: () => downs++, lasting: true });
    link.start();
    await until(() => link.isUp);
    for (let i = 0; i < 10; i++) {
      link.send(`${i}\n`);
      link.flush();
      await sleep(100);
    }
    await until(() => heard.length === 10);
    expect([ups, downs]).toEqual([1, 0]);
  });

  it('drops what a slow reader leaves no room for, and says so once', async () => {
    const { port } = await listening();
    const wire = new Wire(port);
    closing.push(() => wire.close());
    let told = 0;
    const link = linkTo(await wire.open(), { backlog: 100_000, onCongestion: () => told++ });
    link.send('x\n');
    await until(() => link.isUp);
    wire.cut();
    const line = `${'x'.repeat(50_000)}\n`;
    const taken = Array.from({ length: 400 }, () => {
      const fits = link.send(line);
      link.flush();
      return fits;
    });
    expect(taken[0]).toBe(true);
    expect(taken.at(-1)).toBe(false);
    expect(told).toBe(1);
    expect(link.dropped).toBe(taken.filter((fits) => !fits).length);
  });

  it('is not made with somebody else', async () => {
    const { port } = await listening();
    const link = linkTo(port, { peer: 'n3', lasting: true });
    link.start();
    await sleep(300);
    expect(link.isUp).toBe(false);
  });
});

describe.concurrent('a node that listens', () => {
  it('hears only who says hello, with the token of the run', async () => {
    const { port, heard, refused } = await listening();
    const go = '{"go":true}\nline\n';
    const answers = await Promise.all([
      say(port, helloLine('r', 'guess', 'n2') + go),
      say(port, helloLine('other', 'secret', 'n2') + go),
      say(port, helloLine('r', 'secret', 'n7') + go),
      say(port, `{"src":"n2","dest":"n1","body":{"type":"x"}}\n${go}`),
      say(port, `no json\n${go}`),
      say(port, 'x'.repeat(10_000)),
      say(port, `${'x'.repeat(10_000)}\n`),
      say(port, ''),
    ]);
    expect(answers).toEqual(Array(8).fill(''));
    expect(heard).toEqual([]);
    const from = 'refused a connection from 127.0.0.1: ';
    expect(refused.sort()).toEqual(
      [
        'it belongs to another run',
        'it did not say hello',
        'it did not say hello',
        'it did not say hello within 2 s',
        'it is no node of the run',
        'its first line does not end',
        'its first line is too long',
        'its token is wrong',
      ].map((why) => from + why),
    );
  });

  it('takes the latest connection of chaos for the one', async () => {
    const { port, heard, ups, listener } = await listening();
    const hello = helloLine('r', 'secret', CONTROL);
    const first = say(port, `${hello}{"go":true}\none\n`);
    await until(() => heard.length === 1);
    // One that only waits takes nobody's place.
    const waiting = connect({ port, host: '127.0.0.1' });
    waiting.write(hello);
    await sleep(50);
    const former = listener.control;
    expect(former?.destroyed).toBe(false);
    waiting.write('{"go":true}\ntwo\n');
    await until(() => heard.length === 2);
    expect(await first).toMatch(/^\{"chaos":1,"welcome":"n1"\}\n\{"ack":\d+\}\n/);
    expect(former?.destroyed).toBe(true);
    expect(listener.control?.destroyed).toBe(false);
    expect(ups).toEqual([0, 1]);
    waiting.destroy();
    await until(() => listener.control === null);
  });
});

describe('lines that are no messages', () => {
  it('are taken out of what arrives', () => {
    const parts = (text: string) => {
      const { acked, rest } = withoutAcks(Buffer.from(text));
      return [acked, rest === null ? null : rest.toString()];
    };
    expect(parts('a\nb')).toEqual([null, 'a\nb']);
    expect(parts('{"ack":7}')).toEqual([7, null]);
    expect(parts('{"ack":7}\na')).toEqual([7, 'a']);
    expect(parts('a\n{"ack":7}')).toEqual([7, 'a']);
    expect(parts('a\n{"ack":7}\nb\n{"ack":19}\nc')).toEqual([19, 'a\nb\nc']);
    expect(parts('{"ack":7}\n{"ack":9}\n{"ack":12}')).toEqual([12, null]);
    expect(parts('{"text":"{\\"ack\\":3}"}')).toEqual([null, '{"text":"{\\"ack\\":3}"}']);
  });

  it('tell who is there', () => {
    expect(greeted(helloLine('r', 't', 'n2').trimEnd(), 'r', 't')).toEqual({ from: 'n2' });
    expect(greeted('null', 'r', 't')).toEqual({ refused: 'it did not say hello' });
    expect(welcomedBy('{"chaos":1,"welcome":"n1"}')).toBe('n1');
    expect(welcomedBy('{"chaos":2,"welcome":"n1"}')).toBe(null);
    expect(welcomedBy('[')).toBe(null);
  });
});
