// The server as a stranger meets it: what it answers, what it refuses, and that nothing of a run becomes markup or leads outside.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { renderReport } from '../report/report.js';
import { staleRead } from '../report/testing/scenarios.js';
import { type Serving, serve } from './server.js';
import { type Answer, type AskOptions, ask } from './testing/ask.js';
import { Results, resultWith, STALE } from './testing/results.js';

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

const get = (path: string, options: AskOptions = {}): Promise<Answer> => ask(serving.port, path, options);
const RUN = '20260102T030405Z-1';

describe('what may be asked', () => {
  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async (method) => {
    const { status, headers } = await get('/', { method });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  it('HEAD gives the headers alone', async () => {
    const whole = await get('/');
    const { status, headers, text } = await get('/', { method: 'HEAD' });
    expect([status, text, headers['content-length']]).toEqual([200, '', whole.headers['content-length']]);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example:1'])(
    'the name %j is not ours: a page whose name leads here by design reads nothing',
    async (host) => {
      results.ended('a', 1);
      const { status, text } = await get('/', { headers: { Host: host } });
      expect(status).toBe(421);
      expect(text).not.toContain('/plan/a');
    },
  );

  it.each(['localhost', '127.0.0.1:9000', 'LOCALHOST:1', '[::1]:80'])('the name %s is', async (host) => {
    expect((await get('/', { headers: { Host: host } })).status).toBe(200);
  });

  it.each([
    ['cross-site', 'no-cors', 403],
    ['same-site', 'cors', 403],
    ['cross-site', 'navigate', 200],
    ['none', 'navigate', 200],
    ['same-origin', 'cors', 200],
  ])('a request from %s in mode %s gets %i', async (site, mode, status) => {
    const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode };
    expect((await get('/', { headers })).status).toBe(status);
  });

  it('answers to other names where others are to read', async () => {
    const open = await serve({ folder: results.path, host: '0.0.0.0', port: 0 });
    try {
      expect((await ask(open.port, '/', { headers: { Host: 'build.example' } })).status).toBe(200);
    } finally {
      await open.close();
    }
  });

  it('says what is in the way', async () => {
    const start = (folder: string, port: number, host = '127.0.0.1') => serve({ folder, host, port });
    const codeOf = (error: unknown) => (error instanceof ChaosError ? error.code : error);
    await expect(start(join(results.path, 'missing'), 0).catch(codeOf)).resolves.toBe('results-not-found');
    await expect(start(results.path, serving.port).catch(codeOf)).resolves.toBe('port-taken');
    await expect(start(results.path, 0, '192.0.2.1').catch(codeOf)).resolves.toBe('cannot-listen');
  });
});

describe('ways out of the folder', () => {
  beforeEach(() => {
    const folder = results.run('a', RUN, {
      'result.json': resultWith(),
      'nodes/n1/n1.log': 'a line\n',
      'notes.txt': 'text',
    });
    results.run('a', '20260102T030409Z-2', { 'other.txt': 'SECRET of another run' });
    symlinkSync(results.outside, join(folder, 'out'));
    symlinkSync(join(results.outside, 'secret.txt'), join(folder, 'secret.txt'));
    symlinkSync(`../20260102T030409Z-2`, join(folder, 'other'));
    symlinkSync(results.outside, join(results.path, 'away'));
    symlinkSync(results.outside, join(results.path, 'a', '20260102T030408Z-1'));
    mkdirSync(join(results.path, '..', 'results-too'));
    writeFileSync(join(results.path, '..', 'results-too', 'secret.txt'), 'SECRET');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/dev/zero', join(folder, 'zero'));
    writeFileSync(join(results.path, 'top.txt'), 'SECRET of nobody’s run');
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
    const { status, text } = await get(path.replaceAll('RUN', RUN));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain('SECRET');
    expect(text).not.toContain('root:');
  });

  it('what is inside is found', async () => {
    expect(await get(`/run/a/${RUN}/nodes/n1/n1.log`)).toMatchObject({ status: 200, text: 'a line\n' });
    expect(await get(`/run/a/${RUN}/notes%2etxt`)).toMatchObject({ status: 200, text: 'text' });
  });

  it('links inside lead to the run itself', async () => {
    symlinkSync(RUN, join(results.path, 'a/latest'));
    expect(await get('/run/a/latest/')).toMatchObject({ status: 302, headers: { location: `/run/a/${RUN}/` } });
    expect((await get('/run/a/latest/notes.txt')).headers['location']).toBe(`/run/a/${RUN}/notes.txt`);
    expect((await get(`/run/a/${RUN}`)).headers['location']).toBe(`/run/a/${RUN}/`);
    expect((await get('/latest')).headers['location']).toBe('/run/a/20260102T030409Z-2/');
  });

  it('the list of files and the archive hold no link and nothing from outside', async () => {
    const page = await get(`/run/a/${RUN}/`);
    expect(page.text).toContain('nodes/n1/n1.log');
    for (const name of ['secret.txt', 'other', 'pipe', 'zero']) expect(page.text).not.toContain(`>${name}<`);
    const { body } = await get(`/zip/a/${RUN}.zip`);
    expect(namesIn(body).sort()).toEqual(
      ['nodes/n1/n1.log', 'notes.txt', 'result.json'].map((name) => `a-${RUN}/${name}`),
    );
  });
});

/** What Python finds in an archive, after testing every checksum. */
function unzip(bytes: Buffer): Record<string, string> {
  const script = `
import io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
print(json.dumps({info.filename: archive.read(info).decode('latin1') for info in archive.infolist()}))`;
  const out = execFileSync('python3', ['-c', script], { input: bytes, encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(out) as Record<string, string>;
}

const namesIn = (bytes: Buffer) => Object.keys(unzip(bytes));

describe('the archive of a run', () => {
  it('is what another program reads as the same files', async () => {
    const long = Array.from({ length: 60_000 }, (_, i) => `${(i * 7919) % 1000} is a line\n`).join('');
    results.run('a plan', RUN, { 'history.jsonl': long, empty: '', 'nodes/n1/log.txt': 'hello', 'größe.txt': 'x' });
    const { status, headers, body } = await get(`/zip/a%20plan/${RUN}.zip`);
    expect([status, headers['content-type']]).toEqual([200, 'application/zip']);
    expect(headers['content-disposition']).toBe(
      `attachment; filename="a_plan-${RUN}.zip"; filename*=UTF-8''a%20plan-${RUN}.zip`,
    );
    const root = `a plan-${RUN}`;
    expect(unzip(body)).toEqual({
      [`${root}/history.jsonl`]: long,
      [`${root}/empty`]: '',
      [`${root}/nodes/n1/log.txt`]: 'hello',
      [`${root}/größe.txt`]: 'x',
    });
    expect(body.length).toBeLessThan(long.length / 2);
  });

  it('has names that are no way out on any system, and no two that are the same on one', async () => {
    results.run('a', RUN, {
      '..\\..\\evil.bat': '1',
      'C:x': '2',
      'a\nb': '3',
      'Log.txt': '4',
      'log.txt': '5',
      '...': '6',
    });
    const names = namesIn((await get(`/zip/a/${RUN}.zip`)).body);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^a-20260102T030405Z-1\/[\w.~]+$/);
    for (const name of names) expect(name.split('/')).not.toContain('..');
  });

  it('ends when whoever asked goes away, and lets others come', async () => {
    const folder = results.run('a', RUN, { 'history.jsonl': '' });
    truncateSync(join(folder, 'history.jsonl'), 400_000_000);
    const { request } = await import('node:http');
    for (let i = 0; i < 4; i++) {
      await new Promise<void>((done) => {
        const asked = request(
          { host: '127.0.0.1', port: serving.port, path: `/zip/a/${RUN}.zip`, agent: false },
          (response) => {
            expect(response.statusCode).toBe(200);
            asked.destroy();
            done();
          },
        );
        asked.end();
      });
      await new Promise((done) => setTimeout(done, 200));
    }
    results.run('b', RUN, { x: 'y' });
    expect(namesIn((await get(`/zip/b/${RUN}.zip`)).body)).toEqual([`b-${RUN}/x`]);
  });

  it('is refused where the format cannot hold it', async () => {
    const folder = results.run('a', RUN, { 'history.jsonl': '' });
    truncateSync(join(folder, 'history.jsonl'), 5_000_000_000);
    const { status, text } = await get(`/zip/a/${RUN}.zip`);
    expect(status).toBe(413);
    expect(text).toContain('Copy its folder instead');
  });
});

describe('files of runs', () => {
  it.each([
    ['report.html', /^text\/html/, /sandbox allow-scripts; default-src 'none'; script-src 'sha256-/, undefined],
    ['nodes/report.html', /^text\/plain/, /default-src 'none'; sandbox/, undefined],
    ['page.html', /^text\/plain/, /default-src 'none'; sandbox/, undefined],
    ['picture.svg', /^text\/plain/, /default-src 'none'; sandbox/, undefined],
    ['chaos.log', /^text\/plain/, /default-src 'none'; sandbox/, undefined],
    ['script.js', /^text\/plain/, /default-src 'none'; sandbox/, undefined],
    ['data.bin', /^application\/octet-stream/, /default-src 'none'; sandbox/, /^attachment; filename="data.bin"/],
    [
      'x"\r\n.bin',
      /^application\/octet-stream/,
      /default-src 'none'; sandbox/,
      /^attachment; filename="x___.bin"; filename\*=UTF-8''x%22%0D%0A.bin$/,
    ],
  ])('%j is served as what cannot run', async (name, type, policy, disposition) => {
    results.run('a', RUN, { [name]: '<script>alert(1)</script>' });
    const path = name.split('/').map(encodeURIComponent).join('/');
    const { status, headers, text } = await get(`/run/a/${RUN}/${path}`);
    expect([status, text]).toEqual([200, '<script>alert(1)</script>']);
    expect(headers['content-type']).toMatch(type);
    expect(headers['content-security-policy']).toMatch(policy);
    expect(headers['x-content-type-options']).toBe('nosniff');
    if (disposition === undefined) expect(headers['content-disposition']).toBeUndefined();
    else expect(headers['content-disposition']).toMatch(disposition);
  });

  it('are saved on demand, and then run even less', async () => {
    results.run('a', RUN, { 'report.html': '<script>1</script>' });
    const { headers } = await get(`/run/a/${RUN}/report.html?download`);
    expect(headers['content-disposition']).toMatch(/^attachment/);
    expect(headers['content-type']).toMatch(/^text\/plain/);
  });

  it('tells a report of ours from one that another version wrote', async () => {
    results.run('a', RUN, { 'result.json': resultWith(), 'report.html': renderReport(staleRead()) });
    expect((await get(`/run/a/${RUN}/`)).text).not.toContain('Another version');
    results.run('a', RUN, { 'report.html': '<html>an old one</html>' });
    expect((await get(`/run/a/${RUN}/`)).text).toContain('Another version of chaos wrote the report');
  });
});

describe('the list', () => {
  beforeEach(() => {
    results.ended('alpha', 1);
    results.ended('alpha', 2, { ...STALE, system: { name: 'zab', options: { bug: 'stale' } } });
    results.ended('beta', 3, {
      ...STALE,
      expect: { anomalies: ['stale-read'], others: 'forbid' },
      expectationMet: true,
    });
    results.ended('beta', 4, { valid: 'unknown', verdict: 'Unknown: no read.', expectationMet: false });
    results.run('gamma', '20260102T000005Z-5', { 'result.json': '{"form' });
    results.run('gamma', '20260102T000006Z-6', { 'history.jsonl': '{"format":1}\n' });
  });

  const seeds = ({ text }: Answer) =>
    [...text.matchAll(/<td class="n">(-?\d+)<\/td>/g)].map(([, seed]) => Number(seed));

  it.each([
    ['', [6, 5, 4, 3, 2, 1]],
    ['?plan=alpha', [2, 1]],
    ['?system=zab', [2]],
    ['?verdict=valid', [1]],
    ['?verdict=invalid-as-expected', [3]],
    ['?verdict=unreadable', [5]],
    ['?anomaly=stale-read', [3, 2]],
    ['?anomaly=stale-read&plan=alpha', [2]],
    ['?q=ALPHA+stale', [2]],
    ['?q=unknown+beta', [4]],
    ['?q=nothing+like+this', []],
    ['?page=99', [6, 5, 4, 3, 2, 1]],
    ['?page=-1&per=7&plan=', [6, 5, 4, 3, 2, 1]],
  ])('%j shows the runs of seeds %j', async (query, expected) => {
    const answer = await get(`/${query}`);
    expect(answer.status).toBe(200);
    expect(seeds(answer)).toEqual(expected);
  });

  it('says what is missing of a run without a verdict', async () => {
    const { text } = await get('/');
    expect(text).toContain('No verdict: unreadable');
    expect(text).toContain('result.json is torn or damaged');
    expect(text).toContain('Running');
    for (const run of ['20260102T000005Z-5', '20260102T000006Z-6']) {
      expect((await get(`/run/gamma/${run}/`)).status).toBe(200);
    }
    expect((await get('/plan/gamma')).text).toContain('not recorded');
  });

  it('turns pages', async () => {
    for (let i = 10; i < 230; i++) results.ended('many', i);
    const first = await get('/?plan=many');
    expect(seeds(first)).toHaveLength(100);
    expect(first.text).toContain('href="/?plan=many&amp;page=2"');
    expect(seeds(await get('/?plan=many&page=3'))).toHaveLength(20);
    expect(seeds(await get('/?plan=many&per=250'))).toHaveLength(220);
  });

  it('lists a thousand runs', async () => {
    for (let i = 0; i < 1000; i++) results.ended(`plan-${i % 20}`, 1000 + i);
    const answer = await get('/?per=1000&q=plan-');
    expect(seeds(answer)).toEqual(Array.from({ length: 1000 }, (_, i) => 1999 - i));
  });
});

it('an empty folder says how to fill it', async () => {
  expect((await get('/')).text).toContain('npx chaos run plans/quickstart.yaml');
  expect((await get('/latest')).status).toBe(404);
});

describe('a plan and a comparison', () => {
  it('show what is recorded, and say what is not', async () => {
    const { figures: _, ...old } = resultWith({ seed: 1 });
    results.run('a', '20260102T000001Z-1', { 'result.json': old, 'plan.yaml': 'rate: 1\nclients: 5\n' });
    results.ended('a', 2, STALE, { 'plan.yaml': 'rate: 2\nclients: 5\n' });
    const plan = await get('/plan/a');
    expect(plan.text).toContain('8 ms');
    expect(plan.text).toContain('not recorded');
    expect((await get('/plan/a?function=read')).text).toContain('Latency of read');
    const { status, text } = await get('/compare?run=a/20260102T000002Z-2&run=a/20260102T000001Z-1');
    expect(status).toBe(200);
    expect(text).toContain('<span class="gone">- rate: 1</span><span class="added">+ rate: 2</span>');
    expect(text).toMatch(/stale-read<\/th><td class="n">not found<\/td><td class="n">1 found<\/td><td>.*worse/);
    expect(text).toMatch(/availability<\/th><td class="n">not recorded<\/td><td class="n">96 %<\/td>/);
  });

  it.each(['', '?run=a/x', '?run=a/x&run=a/y&run=a/z', '?run=%25&run=%25', '?run=a&run=b'])(
    '%j is no comparison',
    async (query) => {
      results.ended('a', 1);
      const { status, text } = await get(`/compare${query}`);
      expect(status).toBe(400);
      expect(text).toContain('Two runs make a comparison');
    },
  );
});

describe('hostile text', () => {
  it('is text wherever it comes from', async () => {
    const text = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e';
    const name = text.replaceAll('/', '∕');
    const fields = {
      verdict: text,
      plan: { name: text, id: text, file: text, cell: text },
      system: { name: text, options: { bug: text, [text]: text } },
      workload: { name: text, options: {} },
      deployment: text,
      anomalies: [{ name: text, message: text, checker: text, operations: [], key: text }],
      repeat: text,
      version: text,
      expect: { anomalies: [text], others: 'forbid' as const },
      error: { code: text, message: text, hint: text },
      coverage: { ...resultWith().coverage, faults: [{ ...resultWith().coverage.faults[0]!, nemesis: text }] },
    };
    results.ended(name, 1, fields, { [`${name}.log`]: '', 'plan.yaml': `${text}\n` });
    results.ended(name, 2, { ...fields, clients: 6 }, { 'plan.yaml': `${text}${text}\n` });
    const [one, other] = readdirSync(join(results.path, name));
    const path = encodeURIComponent(name);
    const chosen = encodeURIComponent(text);
    for (const page of [
      '/',
      `/?q=${chosen}&plan=${chosen}&system=${chosen}&anomaly=${chosen}&verdict=${chosen}`,
      `/plan/${path}?function=${chosen}`,
      `/run/${path}/${one}/`,
      `/compare?run=${encodeURIComponent(`${path}/${one}`)}&run=${encodeURIComponent(`${path}/${other}`)}`,
    ]) {
      const answer = await get(page);
      expect([page, answer.status]).toEqual([page, 200]);
      expect(answer.text).not.toMatch(/<img|<script>alert|\u202e/);
      // Its own script, and no other.
      expect(answer.text.match(/<script/g)).toHaveLength(1);
    }
  });
});
