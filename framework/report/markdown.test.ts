import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from './markdown.js';
import { block, plain } from './markdown-text.js';
import { tell } from './story.js';
import { failedRun, hostile, manyAnomalies, staleRead, undecided, validRun } from './testing/scenarios.js';

const render = (input: Parameters<typeof tell>[0]) => renderMarkdown(tell(input));

/** Lines outside of blocks of code. */
function prose(markdown: string): string {
  return markdown.replace(/^(`{3,}).*\n[^\n]*\n\1$/gm, '');
}

describe('renderMarkdown', () => {
  it('says the verdict, the anomaly, its operations, the fault and the command, in this order', () => {
    const input = staleRead();
    const text = render(input);
    const [anomaly] = input.result.anomalies;
    const places = [
      text.indexOf('## ✘ Invalid'),
      text.indexOf(`### ${anomaly!.name}`),
      text.indexOf('| # | process | operation |'),
      text.indexOf('In force:'),
      text.indexOf(`\`\`\`sh\n${input.result.repeat}\n\`\`\``),
      text.indexOf('<details>'),
    ];
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(text.match(/^\| \d \|/gm)).toHaveLength(anomaly!.operations!.length);
  });

  it('says why there is no verdict', () => {
    const { result } = undecided();
    const text = render(undecided());
    expect(text).toContain('## ? Unknown');
    const [name, { reason = '' }] = Object.entries(result.checks).find(([, { valid }]) => valid === 'unknown')!;
    expect(text).toContain(`| ${name} | ? unknown | ${plain(reason, 300)} |`);
  });

  it('says what made a run fail, and what helps', () => {
    const { error } = failedRun().result;
    expect(render(failedRun())).toContain(`**${plain(error!.code, 80)}**: ${plain(error!.message, 2000)}`);
  });

  it('names the first of many anomalies and counts the others', () => {
    const input = manyAnomalies();
    expect(render(input)).toMatch(/^- and \d+ more anomal/m);
    expect(render(input).length).toBeLessThan(30_000);
  });

  it('is short where all is well', () => {
    expect(render(validRun())).not.toContain('###');
    expect(render(validRun()).length).toBeLessThan(5000);
  });

  it('shows hostile text as text', () => {
    for (const text of [
      '<script>x</script>',
      '| a | b |',
      '@everyone #1 https://evil.example',
      '`code` ![x](y)',
      'a\n# b',
    ]) {
      const found = prose(render(hostile(text)));
      // Tags of our own only, one heading for the verdict, tables with as many cells as their heads.
      expect([...found.matchAll(/<\/?([a-z]+)/g)].map(([, tag]) => tag)).toEqual([
        'details',
        'summary',
        'summary',
        'details',
      ]);
      expect(found).not.toMatch(/@|!\[|\]\(|https?:\/\//);
      expect(found.match(/^#{1,2} /gm)).toHaveLength(1);
      for (const table of found.split(/\n(?!\|)/)) {
        const widths = table
          .split('\n')
          .filter((line) => line.startsWith('|'))
          .map((line) => line.split('|').length);
        expect(new Set(widths).size).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('plain', () => {
  it('leaves nothing that Markdown or its hosts act on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const found = plain(text, 500);
        expect(found.replace(/&#\d+;/g, '')).not.toMatch(/[\\`*_[\]<>|~@&$#\n]|:\/\//);
      }),
    );
  });

  it('reads as before where there is nothing to guard', () => {
    expect(plain('read → 3, written by p1 (8.1 s)', 100)).toBe('read → 3, written by p1 (8.1 s)');
  });
});

describe('block', () => {
  it('cannot be ended by what is in it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a`\n ]{0,30}$/), (text) => {
        const [first, ...rest] = block(text).split('\n');
        expect(rest.at(-1)).toBe(first);
        expect(rest.slice(0, -1).join('\n')).not.toContain(first);
      }),
    );
  });
});
