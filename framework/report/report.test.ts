import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText } from './html.js';
import { renderReport } from './report.js';
import { SMALL } from './testing/made-up.js';
import { failedRun, hostile, manyAnomalies, staleRead, undecided, validRun } from './testing/scenarios.js';
import { clip, grouped } from './text.js';

const RUNS = { validRun, staleRead, manyAnomalies, undecided, failedRun, hostile: () => hostile('<b>x</b>') };

/** Text of the page without its tags, style and script. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

function rowOf(page: string, header: string): string[] {
  const row = new RegExp(`<tr><th scope="row"(?: class="n")?>(?:<bdi>)?${header}(?:</bdi>)?</th>(.*?)</tr>`).exec(page);
  return [...(row?.[1] ?? '').matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((cell) => cell[1]!);
}

const TAGS = new Set(
  'html head meta title style body a svg defs pattern rect ol path circle text tspan g header p span strong div h1 h2 h3 nav main section ul li br table caption thead tbody tr th td bdi code pre details summary dl dt dd figure figcaption desc button footer script noscript'.split(
    ' ',
  ),
);

/** Every `<` opens a known tag whose attributes are quoted; returns the problems. */
function markupProblems(page: string): string[] {
  const body = page.replace('<!doctype html>', '').replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
  const problems: string[] = [];
  const tag = /<\/?([a-zA-Z0-9]+)((?: [a-zA-Z:-]+(?:="[^"<>]*")?)*)\/?>/y;
  for (let at = body.indexOf('<'); at >= 0; at = body.indexOf('<', at + 1)) {
    tag.lastIndex = at;
    const found = tag.exec(body);
    if (found === null || !TAGS.has(found[1]!)) problems.push(body.slice(at, at + 60));
    for (const [, name, value] of (found?.[2] ?? '').matchAll(/ ([a-zA-Z:-]+)(?:="([^"]*)")?/g)) {
      if (/^(on.*|style|src)$/.test(name!) || (name === 'href' && !/^(#|nodes\/)/.test(value!)))
        problems.push(found![0]);
    }
  }
  return problems;
}

describe.each(Object.entries(RUNS))('the page of %s', (_, make) => {
  const page = renderReport(make());

  it('is well-formed, complete and self-contained', () => {
    expect(markupProblems(page)).toEqual([]);
    for (const name of ['section', 'div', 'table', 'figure', 'svg', 'details', 'dl', 'ul', 'span', 'g', 'p', 'code']) {
      const opened = page.match(new RegExp(`<${name}[ >]`, 'g'))?.length ?? 0;
      expect([name, page.match(new RegExp(`</${name}>`, 'g'))?.length ?? 0]).toEqual([name, opened]);
    }
    // Code holds names of namespaces and licences, which look like addresses; that it asks for none is seen in browsers.
    expect(page.replace(/<script>[\s\S]*?<\/script>/g, '')).not.toMatch(/https?:\/\//);
    expect(page.length).toBeLessThan(1_000_000);
  });

  it('allows exactly its own style, its own script, and the viewer that it holds packed', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    const [style, script] = ['style', 'script'].map((name) => {
      const blocks = [...page.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))];
      expect(blocks).toHaveLength(1);
      return blocks[0]![1]!;
    });
    const packed = /id="viewer-code">([A-Za-z0-9+/=]+)<\/script>/.exec(page)![1]!;
    const viewer = gunzipSync(Buffer.from(packed, 'base64'));
    const hash = (text: string | Buffer) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toBe(
      `default-src 'none'; style-src ${hash(style!)}; script-src ${hash(script!)} ${hash(viewer)}; base-uri 'none'; form-action 'none'`,
    );
  });

  it('shows what checks saw as evidence where they found something, and otherwise with the other figures', () => {
    const places = [page.indexOf('data-mount="exhibits"'), page.indexOf('id="timeline"')];
    expect(page.match(/data-mount="exhibits"/g)).toHaveLength(1);
    expect(places[0]! < places[1]!).toBe(make().result.valid === false);
  });

  it('holds no more than 150 KB of code', () => {
    const code = [...page.matchAll(/<(style|script)(?: type="[^"]*" id="viewer-code")?>([\s\S]*?)<\/\1>/g)];
    expect(code.length).toBe(3);
    expect(code.reduce((size, [, , text]) => size + text!.length, 0)).toBeLessThan(150_000);
  });

  it('has one heading for each part, ids once, and names for every picture and table', () => {
    expect(page.match(/<h1>/g)).toHaveLength(1);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, names] of page.matchAll(/aria-labelledby="([^"]*)"/g)) {
      for (const id of names!.split(' ')) expect(ids).toContain(id);
    }
    for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) if (!/^op=\d+$/.test(id!)) expect(ids).toContain(id);
    expect(page.match(/<table><caption>/g)?.length ?? 0).toBe(page.match(/<table>/g)?.length ?? 0);
  });

  it('is the same for the same input', () => {
    expect(renderReport(make())).toBe(page);
  });
});

describe('the order of the page', () => {
  it('is what a person in a hurry needs first', () => {
    const page = renderReport(staleRead());
    const marks = [
      '<header class="verdict bad">',
      'id="anomaly"',
      'id="evidence-picture"',
      'The operations that prove it</caption>',
      'id="faults"',
      'id="repeat"',
      'id="timeline"',
      'data-mount="performance"',
      'id="operations"',
      'id="coverage"',
      'id="checks"',
      'id="nodes"',
      'id="plan"',
    ].map((mark) => page.indexOf(mark));
    expect(marks.every((place) => place > 0)).toBe(true);
    expect([...marks].sort((a, b) => a - b)).toEqual(marks);
  });
});

describe('what the page says', () => {
  it('names the program, its hosts and the time until they were asked for anything', () => {
    const input = validRun();
    const hosts = { n1: { address: '10.0.0.1', title: 'ssh root@gate:22<b>' } };
    const system = { name: 'command', program: 'redis-server', options: {} };
    const text = textOf(
      renderReport({
        ...input,
        result: { ...input.result, system, hosts, times: { ...input.result.times, setup: 4200 } },
      }),
    );
    expect(text).toContain('System redis-server (command)');
    expect(text).toContain('Hosts n1: ssh root@gate:22<b> (10.0.0.1)');
    expect(text).toContain('Set-up 4.2 s: the load began then');
    expect(textOf(renderReport(input))).not.toContain('Set-up');
  });

  it('is what result.json says', () => {
    const { result } = validRun();
    const page = renderReport(validRun());
    for (const [name, { invoke, ok, fail, info }] of Object.entries(result.coverage.operations)) {
      expect(rowOf(page, name).slice(0, 4)).toEqual([invoke, ok, fail, info].map(grouped));
    }
    for (const { nemesis, injected, overlapped, operations } of result.coverage.faults) {
      expect(rowOf(page, nemesis).slice(0, 3)).toEqual([injected, overlapped, operations].map(grouped));
    }
    const text = textOf(page);
    for (const part of [result.verdict, result.repeat, result.plan.name, String(result.seed), result.times.started]) {
      expect(text).toContain(part);
    }
    for (const { reason } of Object.values(result.checks)) expect(text).toContain(reason);
    expect(text).toContain(`${result.coverage.readsAfterHeal} reads succeeded after the last fault had healed`);
  });

  it('names the operations of the anomaly, the fault and the leader', () => {
    const text = textOf(renderReport(staleRead()));
    expect(text).toContain('stale-read on key 2 found by linearizable');
    expect(text).toContain('Process 900003 read 71 from key 2 at n1');
    expect(text).toContain('1 900001 write 2 71 n3 14.000000 s 14.004200 s ok');
    expect(text).toContain('3 900003 read 2 → 71 n1 14.061000 s 14.061900 s ok');
    expect(text).toContain('While kill n2 n3 was in force (13.002 s to 17.002 s), operation 3, read → 71, went wrong');
    expect(text).toContain('n2 (term 2) led when it began.');
  });

  it('explains an unknown verdict by what is missing', () => {
    const page = renderReport(undecided());
    expect(page).toContain('<header class="verdict doubt">');
    const text = textOf(page);
    expect(text).toContain(
      'Missing evidence: no read succeeded after the last fault had healed kill: no operation overlapped it',
    );
    expect(text).toContain('linearizable ? unknown key 3 exceeded its budget');
  });

  it('shows why a run failed, and the last lines of the node', () => {
    const text = textOf(renderReport(failedRun()));
    expect(text).toContain('node-start : n2 sent no init_ok within 10 s');
    expect(text).toContain('n2 ended by itself at 2.000 s: exit code 1 Traceback: ImportError');
    expect(text).toContain('The history holds no operation.');
  });

  it('counts the anomalies that it does not draw', () => {
    const text = textOf(renderReport(manyAnomalies()));
    expect(text).toContain('Other anomalies (152)');
    expect(text).toContain('148 more: 148 lost-write');
    expect(text).toContain('48 more anomalies in result.json.');
    expect(text).toContain('panic: index out of range');
  });

  it('places a crash in time, with the faults of that moment', () => {
    const input = validRun();
    const evidence = { node: 'n4', time: 14_500_000_000, detail: 'exit code 134', lines: ['panic: <oops>'] };
    const crash = { name: 'node-crash', checker: 'node-health', message: 'n4 ended by itself.', evidence };
    const page = renderReport({ ...input, result: { ...input.result, valid: false, anomalies: [crash] } });
    const text = textOf(page);
    expect(text).toContain(
      'Which fault was in force It happened while kill n2 n3 was in force (13.002 s to 17.002 s).',
    );
    expect(text).toMatch(/time 14\.500000 s detail exit code 134 lines panic: <oops>/);
  });

  it('keeps the expected anomaly apart from an unexpected one', () => {
    const input = staleRead();
    const expected = {
      ...input.result,
      expect: { anomalies: ['stale-read'], others: 'forbid' as const },
      expectationMet: true,
    };
    const page = renderReport({ ...input, result: expected });
    expect(page).toContain('<header class="verdict expected">');
    expect(textOf(page)).toContain('Invalid, as expected');
  });

  it('drops operations of an anomaly that the history does not hold', () => {
    const input = staleRead();
    const [anomaly] = input.result.anomalies;
    const rows = [-1, 1e9, 0.5, Number.NaN, ...anomaly!.operations!];
    const page = renderReport({
      ...input,
      result: { ...input.result, anomalies: [{ ...anomaly!, operations: rows }] },
    });
    expect(page).toBe(renderReport(input));
  });
});

describe('hostile text', () => {
  it('never becomes markup, wherever it stands', () => {
    const piece = fc.constantFrom(
      '<script>',
      '</script>',
      '</style>',
      '<img src=x onerror=alert(1)>',
      '"',
      "'",
      '&',
      '-->',
      ']]>',
      '\u202e',
      '\u0000',
      '\ud800',
      '<td>',
      'x',
      '`${1}`',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const text = `zq<${pieces.join('')}>qz`;
        const page = renderReport(hostile(text));
        expect(page).not.toContain('zq<');
        expect(page).toContain(escapeText(clip(text, 1000)));
        expect(markupProblems(page)).toEqual([]);
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  it('is cut with a notice where it is long', () => {
    const page = renderReport(hostile('long '.repeat(200_000)));
    expect(page.length).toBeLessThan(1_000_000);
    expect(page).toContain('more characters)');
  });
});

describe('a long history', () => {
  it('makes a small page', () => {
    const input = staleRead({ ...SMALL, operations: 100_000, clients: 20, length: 120_000_000_000 });
    const page = renderReport(input);
    expect(page.length).toBeLessThan(5_000_000);
  });
});
