// chaos run --keep: the nodes go on after the verdict, to be looked at and talked to, until Ctrl-C.
import type { Cluster } from '../contracts/cluster.js';
import type { Body } from '../contracts/message.js';
import type { Io } from './io.js';

/** Resolves when the user has had enough; the cluster is stopped then. Messages of nodes are routed as long as this waits. */
export async function holdCluster(cluster: Cluster, io: Io): Promise<void> {
  for (const line of cluster.describe()) io.out(`${line}\n`);
  io.out(`The nodes run until Ctrl-C.${io.lines === null ? '' : ' Type a request: n1 {"type":"read","key":1}'}\n`);
  const stopped = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([stopped, io.lines === null ? stopped : converse(cluster, io)]);
  await cluster.stop();
}

async function converse(cluster: Cluster, io: Io): Promise<void> {
  let client = 0;
  for await (const line of io.lines!()) {
    const match = /^\s*(\S+)\s+(\{.*\})\s*$/.exec(line);
    const body = match === null ? null : parseBody(match[2]!);
    if (match === null || body === null || !cluster.nodes.includes(match[1]!)) {
      io.out(`a node and a JSON body with a type are expected; nodes are ${cluster.nodes.join(' ')}\n`);
      continue;
    }
    cluster.request(`c-keep-${client++}`, match[1]!, body, (reply) => io.out(`${JSON.stringify(reply)}\n`));
  }
}

function parseBody(text: string): Body | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string'
      ? (body as Body)
      : null;
  } catch {
    return null;
  }
}
