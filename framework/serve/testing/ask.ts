// Asks a server exactly as told: paths and headers leave as they are, which no browser and no fetch would allow.
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ask(port: number, path: string, { method = 'GET', headers = {} }: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString('utf8') });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

export interface Stream {
  /** Events so far: name and parsed data. */
  readonly events: { name: string; data: Record<string, unknown> }[];
  readonly status: Promise<number>;
  readonly ended: Promise<void>;
  close(): void;
}

/** Follows server-sent events. */
export function follow(port: number, path: string): Stream {
  const events: Stream['events'] = [];
  let rest = '';
  let onStatus: (status: number) => void = () => {};
  let onEnd: () => void = () => {};
  const status = new Promise<number>((resolve) => {
    onStatus = resolve;
  });
  const ended = new Promise<void>((resolve) => {
    onEnd = resolve;
  });
  const asked = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    onStatus(response.statusCode ?? 0);
    response.setEncoding('utf8').on('data', (text: string) => {
      const parts = `${rest}${text}`.split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
        if (name !== undefined && data !== undefined) events.push({ name, data: JSON.parse(data) });
      }
    });
    response.on('close', onEnd);
    response.on('error', onEnd);
  });
  asked.on('error', onEnd);
  asked.end();
  return { events, status, ended, close: () => asked.destroy() };
}
