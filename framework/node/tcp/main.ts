// The process of a reference node on a host: it listens on a port, and speaks with the other nodes and with `chaos` over TCP.

import { ChaosError } from '../../contracts/error.js';
import type { AnySystem } from '../../contracts/system.js';
import { makeNode, runMain } from '../process/main.js';
import type { NodeRuntime } from '../process/runtime.js';
import { parseAddress, parseTcpArguments, type TcpArguments, TOKEN_VARIABLE } from './arguments.js';
import { dialTcp } from './dial.js';
import { helloLine } from './greeting.js';
import { Link } from './link.js';
import { Listener } from './listener.js';
import { TcpOutlet } from './outlet.js';

/** Characters that wait for the first connection to a node, and bytes that wait for one that reads slowly. */
const HELD = 256 * 1024;
const BACKLOG = 16 * 1024 * 1024;

/** Refused connections that are told. */
const MOST_REFUSALS = 20;

/** Runs a node of the system until the process is killed. `argv`: as `formatTcpArguments` gives it. */
export async function runTcpNode(system: AnySystem | undefined, argv: readonly string[]): Promise<void> {
  await runMain(async () => {
    if (system?.nodes === undefined) throw new ChaosError('no-nodes', 'the system has no nodes to run');
    await serve(system, parseTcpArguments(argv), takeToken());
  });
}

/** Taken out of the environment: nothing that the node starts shall have it. */
function takeToken(): string {
  const token = process.env[TOKEN_VARIABLE];
  delete process.env[TOKEN_VARIABLE];
  if (token === undefined || token === '') throw new ChaosError('bad-arguments', `${TOKEN_VARIABLE} is not set`);
  return token;
}

async function serve(system: AnySystem, args: TcpArguments, token: string): Promise<void> {
  const { id, run, listen, peers, options, data, seed, origin } = args;
  const note = (detail: string) => {
    runtime.print(detail);
    runtime.notice({ type: 'note', detail });
  };
  let refusals = 0;
  const listener = new Listener({
    id,
    run,
    token,
    nodes: new Set(Object.keys(peers)),
    onPeer: (batch) => runtime.fromPeer(batch),
    onControl: (batch) => runtime.lines(batch),
    onControlUp: () => {
      outlet.controlCame();
      runtime.repeatReports();
    },
    onDrain: () => outlet.drained(),
    onRefused: (detail) => {
      if (refusals++ < MOST_REFUSALS) note(detail);
    },
  });
  const outlet = new TcpOutlet({
    id,
    links: linksOf(args, token, note),
    control: () => listener.control,
    loop: (batch) => runtime.fromPeer(batch),
  });
  const start = origin === null ? null : process.hrtime.bigint() - (BigInt(Date.now()) * 1_000_000n - origin);
  const runtime: NodeRuntime = makeNode({ system, options, data, seed, start, parent: true, again: true, outlet });
  try {
    await listener.listen(parseAddress(listen));
  } catch (error) {
    throw new ChaosError('cannot-listen', `cannot listen on ${listen}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function linksOf({ id, run, peers }: TcpArguments, token: string, note: (detail: string) => void): Map<string, Link> {
  const links = new Map<string, Link>();
  for (const [peer, text] of Object.entries(peers)) {
    if (peer === id) continue;
    const address = parseAddress(text);
    links.set(
      peer,
      new Link({
        peer,
        hello: helloLine(run, token, id),
        dial: (signal) => dialTcp(address, signal),
        lasting: false,
        held: HELD,
        backlog: BACKLOG,
        onCongestion: () => note(`${peer} reads too slowly: messages to it are dropped`),
      }),
    );
  }
  return links;
}
