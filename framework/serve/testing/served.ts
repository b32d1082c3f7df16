// A server over a temporary folder of results, one for each test of a file.
import { afterEach, beforeEach, expect } from 'vitest';
import { type Serving, serve } from '../server.js';
import { type Answer, type AskOptions, ask } from './ask.js';
import { Results } from './results.js';

export interface Served {
  readonly results: Results;
  readonly port: number;
  get(path: string, options?: AskOptions): Promise<Answer>;
}

/** Call it once in a file; what it returns is what the test that runs has. No test may make the server complain. */
export function servedForEach(): Served {
  let results: Results;
  let serving: Serving;
  const complaints: string[] = [];
  beforeEach(async () => {
    results = new Results();
    complaints.length = 0;
    serving = await serve({
      folder: results.path,
      host: '127.0.0.1',
      port: 0,
      complain: (line) => complaints.push(line),
    });
  });
  afterEach(async () => {
    await serving.close();
    results.remove();
    expect(complaints).toEqual([]);
  });
  return {
    get results() {
      return results;
    },
    get port() {
      return serving.port;
    },
    get: (path, options) => ask(serving.port, path, options),
  };
}
