// The server as a stranger meets it: what it answers, what it refuses, and that no name leads out of the folder.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { serve } from './server.js';
import { ask } from './testing/ask.js';
import { resultWith } from './testing/results.js';
import { servedForEach } from './testing/served.js';
import { namesIn } from './testing/unzip.js';

const served = servedForEach();
const RUN = '20260102T030405Z-1';

describe('what may be asked', () => {
  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async (method) => {
    const { status, headers } = await served.get('/', { method });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  it('HEAD gives the headers alone', async () => {
    const whole = await served.get('/');
    const { status, headers, text } = await served.get('/', { method: 'HEAD' });
    expect([status, text, headers['content-length']]).toEqual([200, '', whole.headers['content-length']]);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example:1'])(
    'the name %j is not ours: a page whose name leads here by design reads nothing',
    async (host) => {
      served.results.ended('a', 1);
      const { status, text } = await served.get('/', { headers: { Host: host } });
      expect(status).toBe(421);
      expect(text).not.toContain('/plan/a');
    },
  );

  it.each(['localhost', '127.0.0.1:9000', 'LOCALHOST:1', '[::1]:80'])('the name %s is', async (host) => {
    expect((await served.get('/', { headers: { Host: host } })).status).toBe(200);
  });

  it.each([
    ['cross-site', 'no-cors', 403],
    ['same-site', 'cors', 403],
    ['cross-site', 'navigate', 200],
    ['none', 'navigate', 200],
    ['same-origin', 'cors', 200],
  ])('a request from %s in mode %s gets %i', async (site, mode, status) => {
    const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode };
    expect((await served.get('/', { headers })).status).toBe(status);
  });

  it('answers to other names where others are to read', async () => {
    const open = await serve({ folder: served.results.path, host: '0.0.0.0', port: 0 });
    try {
      expect((await ask(open.port, '/', { headers: { Host: 'build.example' } })).status).toBe(200);
    } finally {
      await open.close();
    }
  });

  it('says what is in the way', async () => {
    const start = (folder: string, port: number, host = '127.0.0.1') => serve({ folder, host, port });
    const codeOf = (error: unknown) => (error instanceof ChaosError ? error.code : error);
    await expect(start(join(served.results.path, 'missing'), 0).catch(codeOf)).resolves.toBe('results-not-found');
    await expect(start(served.results.path, served.port).catch(codeOf)).resolves.toBe('port-taken');
    await expect(start(served.results.path, 0, '192.0.2.1').catch(codeOf)).resolves.toBe('cannot-listen');
  });
});

describe('ways out of the folder', () => {
  beforeEach(() => {
    const folder = served.results.run('a', RUN, {
      'result.json': resultWith(),
      'nodes/n1/n1.log': 'a line\n',
      'notes.txt': 'text',
    });
    served.results.run('a', '20260102T030409Z-2', { 'other.txt': 'SECRET of another run' });
    symlinkSync(served.results.outside, join(folder, 'out'));
    symlinkSync(join(served.results.outside, 'secret.txt'), join(folder, 'secret.txt'));
    symlinkSync(`../20260102T030409Z-2`, join(folder, 'other'));
    symlinkSync(served.results.outside, join(served.results.path, 'away'));
    symlinkSync(served.results.outside, join(served.results.path, 'a', '20260102T030408Z-1'));
    mkdirSync(join(served.results.path, '..', 'results-too'));
    writeFileSync(join(served.results.path, '..', 'results-too', 'secret.txt'), 'SECRET');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/dev/zero', join(folder, 'zero'));
    writeFileSync(join(served.results.path, 'top.txt'), 'SECRET of nobody’s run');
  });

  it.each([
    '/run/a/RUN/../../../../outside/secret.txt',
    '/run/a/RUN/..%2f..%2f..%2foutside%2fsecret.txt',
    '/run/a/RUN/%2e%2e/%2e%2e/%2e%2e/outside/secret.txt',
    '/run/a/RUN/%252e%252e/%252e%252e/outside/secret.txt',
    '/run/a/RUN/..%5c..%5c..%5coutside%5csecret.txt',
    '/run/a/RUN/..\\..\\..\\outside\\secret.txt',
    '/run/a/RUN/%00secret.txt',
    '/run/a/RUN/notes.txt%00.html',
    '/run/a/RUN//etc/passwd',
    '/run/a/RUN/%2fetc%2fpasswd',
    '/run/a/RUN/C%3a/Windows/win.ini',
    '/run/a/RUN/out/secret.txt',
    '/run/a/RUN/out',
    '/run/a/RUN/secret.txt',
    '/run/a/RUN/other/other.txt',
    '/run/a/RUN/nodes',
    '/run/a/RUN/nodes/',
    '/run/a/RUN/pipe',
    '/run/a/RUN/zero',
    '/run/a/RUN/missing.txt',
    '/run/a/RUN/%ff',
    '/run/a/RUN/%',
    '/run/a/..%2f..%2foutside/',
    '/run/a/20260102T030408Z-1/',
    '/run/a/20260102T030408Z-1/secret.txt',
    '/run/a/',
    '/run/a',
    '/run/away/secret.txt',
    '/run/../outside/secret.txt',
    '/run/a/top.txt',
    '/run/top.txt/x',
    '/top.txt',
    '/../outside/secret.txt',
    '/plan/..',
    '/plan/%2e%2e',
    '/plan/away',
    '/plan/a/b',
    '/zip/a/RUN',
    '/zip/a/..%2f..%2foutside.zip',
    '/zip/../outside.zip',
    '/zip/a/20260102T030408Z-1.zip',
    '/zip/away/x.zip',
    '/live/a/..%2f..',
    '/live/a',
    '/compare?run=..%2Foutside&run=a%2FRUN',
    '/compare?run=a/%252e%252e&run=a/RUN',
    '/constructor',
    '/__proto__/a',
    '//evil.example/',
    'http://evil.example/',
    '*',
  ])('%s leads nowhere', async (path) => {
    const { status, text } = await served.get(path.replaceAll('RUN', RUN));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain('SECRET');
    expect(text).not.toContain('root:');
  });

  it('what is inside is found', async () => {
    expect(await served.get(`/run/a/${RUN}/nodes/n1/n1.log`)).toMatchObject({ status: 200, text: 'a line\n' });
    expect(await served.get(`/run/a/${RUN}/notes%2etxt`)).toMatchObject({ status: 200, text: 'text' });
  });

  it('links inside lead to the run itself', async () => {
    symlinkSync(RUN, join(served.results.path, 'a/latest'));
    expect(await served.get('/run/a/latest/')).toMatchObject({ status: 302, headers: { location: `/run/a/${RUN}/` } });
    expect((await served.get('/run/a/latest/notes.txt')).headers['location']).toBe(`/run/a/${RUN}/notes.txt`);
    expect((await served.get(`/run/a/${RUN}`)).headers['location']).toBe(`/run/a/${RUN}/`);
    expect((await served.get('/latest')).headers['location']).toBe('/run/a/20260102T030409Z-2/');
  });

  it('the list of files and the archive hold no link and nothing from outside', async () => {
    const page = await served.get(`/run/a/${RUN}/`);
    expect(page.text).toContain('nodes/n1/n1.log');
    for (const name of ['secret.txt', 'other', 'pipe', 'zero']) expect(page.text).not.toContain(`>${name}<`);
    const { body } = await served.get(`/zip/a/${RUN}.zip`);
    expect(namesIn(body).sort()).toEqual(
      ['nodes/n1/n1.log', 'notes.txt', 'result.json'].map((name) => `a-${RUN}/${name}`),
    );
  });
});
