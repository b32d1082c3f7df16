// The archive of a run: what other programs read of it, whatever names and sizes are in the folder.
import { truncateSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { servedForEach } from './testing/served.js';
import { namesIn, unzip } from './testing/unzip.js';

const served = servedForEach();
const RUN = '20260102T030405Z-1';

/** Asks, and goes away as soon as the answer begins. */
function begun(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: served.port, path, agent: false }, (response) => {
      response.on('error', () => {});
      resolve(response.statusCode ?? 0);
      asked.destroy();
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the archive of a run', () => {
  it('is what another program reads as the same files', async () => {
    const long = Array.from({ length: 60_000 }, (_, i) => `${(i * 7919) % 1000} is a line\n`).join('');
    served.results.run('a plan', RUN, {
      'history.jsonl': long,
      empty: '',
      'nodes/n1/log.txt': 'hello',
      'größe.txt': 'x',
    });
    const { status, headers, body } = await served.get(`/zip/a%20plan/${RUN}.zip`);
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
    served.results.run('a', RUN, {
      '..\\..\\evil.bat': '1',
      'C:x': '2',
      'a\nb': '3',
      'Log.txt': '4',
      'log.txt': '5',
      '...': '6',
    });
    const names = namesIn((await served.get(`/zip/a/${RUN}.zip`)).body);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^a-20260102T030405Z-1\/[\w.~]+$/);
    for (const name of names) expect(name.split('/')).not.toContain('..');
  });

  it('ends when whoever asked goes away, and lets others come', async () => {
    const folder = served.results.run('a', RUN, { 'history.jsonl': '' });
    truncateSync(join(folder, 'history.jsonl'), 400_000_000);
    // As many as are served at once, and as many again: their places are free when they are gone.
    const statuses: number[] = [];
    for (let turn = 0; turn < 400 && statuses.filter((status) => status === 200).length < 4; turn++) {
      statuses.push(await begun(`/zip/a/${RUN}.zip`));
      await sleep(50);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
  });

  it('is refused where the format cannot hold it', async () => {
    const folder = served.results.run('a', RUN, { 'history.jsonl': '' });
    truncateSync(join(folder, 'history.jsonl'), 5_000_000_000);
    const { status, text } = await served.get(`/zip/a/${RUN}.zip`);
    expect(status).toBe(413);
    expect(text).toContain('Copy its folder instead');
  });
});
