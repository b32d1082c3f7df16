// `chaos serve`: one small server on Node's own http, which only reads, and only inside one folder.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChaosError, messageOf } from '../contracts/error.js';
import { pageCode } from '../report/page-code.js';
import { Inside } from '../store/inside.js';
import { RunIndex } from '../store/run-index.js';
import { Live } from './live.js';
import { isRefusal, ownNames, readRequest } from './request.js';
import { sendError } from './respond.js';
import { answer, type Site } from './routes.js';

export interface ServeOptions {
  /** The results folder. */
  folder: string;
  /** An address or a name; loopback unless the user wants others to read. */
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Told of defects of the server, a line each. */
  complain?: (line: string) => void;
}

export interface Serving {
  readonly url: string;
  readonly port: number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

const MOST_CONNECTIONS = 256;
/** Connections on which nothing moves end after so many milliseconds; streams of events show signs of life more often. */
const IDLE = 60_000;

/** Throws ChaosError: `results-not-found`, `port-taken`, `cannot-listen`. */
export async function serve({ folder, host, port, complain = () => {} }: ServeOptions): Promise<Serving> {
  const inside = new Inside(folder);
  // A program that was not built shows here, not at the first report.
  pageCode();
  const index = new RunIndex(inside);
  const site: Site = { inside, index, live: new Live(inside, index), shown: folder, archives: { running: 0 } };
  const names = ownNames(host);
  const server = createServer((request, response) => {
    void handle(site, names, request, response).catch((error: unknown) => {
      if (!response.destroyed) complain(`${request.url?.slice(0, 200)}: ${messageOf(error)}`);
      fail(response);
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(IDLE);
  const address = await listen(server, host, port);
  // The first look at many runs takes longest: nobody has to wait for it.
  void index.list().catch(() => undefined);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    port: address.port,
    close: () => close(server, site.live),
  };
}

async function handle(
  site: Site,
  names: readonly string[] | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = readRequest(request, names);
  if (isRefusal(asked)) {
    if (asked.status === 405) response.setHeader('Allow', 'GET, HEAD');
    sendError({ head: request.method === 'HEAD' }, response, asked.status, asked.why);
    return;
  }
  await answer(site, asked, response);
}

function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else
    sendError({ head: false }, response, 500, 'The server has a defect, and has said on its terminal what happened.');
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new ChaosError(
          taken ? 'port-taken' : 'cannot-listen',
          `cannot listen on ${host} port ${port}: ${cause.message}`,
          {
            kind: 'usage',
            hint: taken
              ? 'Choose another port with --port, or 0 for any that is free.'
              : 'Choose another address or port.',
            cause,
          },
        ),
      );
    });
    server.listen({ host, port }, () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address);
      else reject(new ChaosError('cannot-listen', `no address on ${host}`));
    });
  });
}

function close(server: Server, live: Live): Promise<void> {
  live.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
