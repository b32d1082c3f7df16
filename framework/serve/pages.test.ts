// Pages and files as a browser gets them: what they show, and that nothing of a run becomes markup or a program.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { renderReport } from '../report/report.js';
import { staleRead } from '../report/testing/scenarios.js';
import type { Answer } from './testing/ask.js';
import { resultWith, STALE } from './testing/results.js';
import { servedForEach } from './testing/served.js';

const served = servedForEach();
const RUN = '20260102T030405Z-1';

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
    served.results.run('a', RUN, { [name]: '<script>alert(1)</script>' });
    const path = name.split('/').map(encodeURIComponent).join('/');
    const { status, headers, text } = await served.get(`/run/a/${RUN}/${path}`);
    expect([status, text]).toEqual([200, '<script>alert(1)</script>']);
    expect(headers['content-type']).toMatch(type);
    expect(headers['content-security-policy']).toMatch(policy);
    expect(headers['x-content-type-options']).toBe('nosniff');
    if (disposition === undefined) expect(headers['content-disposition']).toBeUndefined();
    else expect(headers['content-disposition']).toMatch(disposition);
  });

  it('are saved on demand, and then run even less', async () => {
    served.results.run('a', RUN, { 'report.html': '<script>1</script>' });
    const { headers } = await served.get(`/run/a/${RUN}/report.html?download`);
    expect(headers['content-disposition']).toMatch(/^attachment/);
    expect(headers['content-type']).toMatch(/^text\/plain/);
  });

  it('tells a report of ours from one that another version wrote', async () => {
    served.results.run('a', RUN, { 'result.json': resultWith(), 'report.html': renderReport(staleRead()) });
    expect((await served.get(`/run/a/${RUN}/`)).text).not.toContain('Another version');
    served.results.run('a', RUN, { 'report.html': '<html>an old one</html>' });
    expect((await served.get(`/run/a/${RUN}/`)).text).toContain('Another version of chaos wrote the report');
  });
});

describe('the list', () => {
  beforeEach(() => {
    served.results.ended('alpha', 1);
    served.results.ended('alpha', 2, { ...STALE, system: { name: 'zab', options: { bug: 'stale' } } });
    served.results.ended('beta', 3, {
      ...STALE,
      expect: { anomalies: ['stale-read'], others: 'forbid' },
      expectationMet: true,
    });
    served.results.ended('beta', 4, { valid: 'unknown', verdict: 'Unknown: no read.', expectationMet: false });
    served.results.run('gamma', '20260102T000005Z-5', { 'result.json': '{"form' });
    served.results.run('gamma', '20260102T000006Z-6', { 'history.jsonl': '{"format":1}\n' });
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
    const answer = await served.get(`/${query}`);
    expect(answer.status).toBe(200);
    expect(seeds(answer)).toEqual(expected);
  });

  it('says what is missing of a run without a verdict', async () => {
    const { text } = await served.get('/');
    expect(text).toContain('No verdict: unreadable');
    expect(text).toContain('result.json is torn or damaged');
    expect(text).toContain('Running');
    for (const run of ['20260102T000005Z-5', '20260102T000006Z-6']) {
      expect((await served.get(`/run/gamma/${run}/`)).status).toBe(200);
    }
    expect((await served.get('/plan/gamma')).text).toContain('not recorded');
  });

  it('turns pages', async () => {
    for (let i = 10; i < 230; i++) served.results.ended('many', i);
    const first = await served.get('/?plan=many');
    expect(seeds(first)).toHaveLength(100);
    expect(first.text).toContain('href="/?plan=many&amp;page=2"');
    expect(seeds(await served.get('/?plan=many&page=3'))).toHaveLength(20);
    expect(seeds(await served.get('/?plan=many&per=250'))).toHaveLength(220);
  });

  it('lists a thousand runs', async () => {
    for (let i = 0; i < 1000; i++) served.results.ended(`plan-${i % 20}`, 1000 + i);
    const answer = await served.get('/?per=1000&q=plan-');
    expect(seeds(answer)).toEqual(Array.from({ length: 1000 }, (_, i) => 1999 - i));
  });
});

it('an empty folder says how to fill it', async () => {
  expect((await served.get('/')).text).toContain('npx chaos run plans/quickstart.yaml');
  expect((await served.get('/latest')).status).toBe(404);
});

describe('a plan and a comparison', () => {
  it('show what is recorded, and say what is not', async () => {
    const { figures: _, ...old } = resultWith({ seed: 1 });
    served.results.run('a', '20260102T000001Z-1', { 'result.json': old, 'plan.yaml': 'rate: 1\nclients: 5\n' });
    served.results.ended('a', 2, STALE, { 'plan.yaml': 'rate: 2\nclients: 5\n' });
    const plan = await served.get('/plan/a');
    expect(plan.text).toContain('8 ms');
    expect(plan.text).toContain('not recorded');
    expect((await served.get('/plan/a?function=read')).text).toContain('Latency of read');
    const { status, text } = await served.get('/compare?run=a/20260102T000002Z-2&run=a/20260102T000001Z-1');
    expect(status).toBe(200);
    expect(text).toContain('<span class="gone">- rate: 1</span><span class="added">+ rate: 2</span>');
    expect(text).toMatch(/stale-read<\/th><td class="n">not found<\/td><td class="n">1 found<\/td><td>.*worse/);
    expect(text).toMatch(/availability<\/th><td class="n">not recorded<\/td><td class="n">96 %<\/td>/);
  });

  it.each(['', '?run=a/x', '?run=a/x&run=a/y&run=a/z', '?run=%25&run=%25', '?run=a&run=b'])(
    '%j is no comparison',
    async (query) => {
      served.results.ended('a', 1);
      const { status, text } = await served.get(`/compare${query}`);
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
    served.results.ended(name, 1, fields, { [`${name}.log`]: '', 'plan.yaml': `${text}\n` });
    served.results.ended(name, 2, { ...fields, clients: 6 }, { 'plan.yaml': `${text}${text}\n` });
    const [one, other] = readdirSync(join(served.results.path, name));
    const path = encodeURIComponent(name);
    const chosen = encodeURIComponent(text);
    for (const page of [
      '/',
      `/?q=${chosen}&plan=${chosen}&system=${chosen}&anomaly=${chosen}&verdict=${chosen}`,
      `/plan/${path}?function=${chosen}`,
      `/run/${path}/${one}/`,
      `/compare?run=${encodeURIComponent(`${path}/${one}`)}&run=${encodeURIComponent(`${path}/${other}`)}`,
    ]) {
      const answer = await served.get(page);
      expect([page, answer.status]).toEqual([page, 200]);
      expect(answer.text).not.toMatch(/<img|<script>alert|\u202e/);
      // Its own script, and no other.
      expect(answer.text.match(/<script/g)).toHaveLength(1);
    }
  });
});
