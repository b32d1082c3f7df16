// What the checks show, for the page: those that fail first, what several show alike only once, no more than a page can hold.
import type { Exhibit } from '../../contracts/exhibit.js';
import type { RunResult } from '../../contracts/result.js';
import { soundExhibits } from '../../store/sound-exhibits.js';
import type { ExhibitsBlock, PageExhibit } from '../page/exhibits.js';
import type { Story } from '../story.js';
import { clip, clipShort } from '../text.js';

const MOST_EXHIBITS = 40;
/** Points, spans and cells of all of them. */
const MOST_MARKS = 60_000;
const MOST_COMPLAINTS = 20;

const ORDER = ['false', 'unknown', 'true'] as const;

export function exhibitsBlock({ input: { result } }: Story): ExhibitsBlock | null {
  const all = collect(result);
  const exhibits: PageExhibit[] = [];
  let marks = 0;
  for (const shown of all) {
    const size = marksOf(shown.exhibit);
    if (exhibits.length === MOST_EXHIBITS || marks + size > MOST_MARKS) continue;
    marks += size;
    exhibits.push(shown);
  }
  const complaints = complaintsOf(result);
  if (all.length + complaints.length === 0) return null;
  return { exhibits, left: all.length - exhibits.length, complaints };
}

/** Stored results are anybody's files, so exhibits are read again. */
function collect({ checks }: RunResult): PageExhibit[] {
  const found = new Map<string, PageExhibit & { checkers: string[] }>();
  for (const valid of ORDER) {
    for (const [name, check] of Object.entries(checks)) {
      if (String(check.valid) !== valid) continue;
      const checker = clipShort(name, 60);
      for (const exhibit of soundExhibits(check.exhibits).exhibits) {
        const text = JSON.stringify(exhibit);
        const known = found.get(text);
        const anomalies = (check.anomalies ?? []).slice(0, 6).map((anomaly) => clipShort(String(anomaly), 60));
        if (known === undefined) found.set(text, { checkers: [checker], valid, anomalies, exhibit });
        else if (!known.checkers.includes(checker)) known.checkers.push(checker);
      }
    }
  }
  return [...found.values()];
}

function marksOf(exhibit: Exhibit): number {
  if (exhibit.kind === 'table') return exhibit.rows.length * exhibit.columns.length;
  const { series = [], bands = [], lanes = [] } = exhibit;
  return (
    [...series, ...bands].reduce((sum, { points }) => sum + points.length, 0) +
    lanes.reduce((sum, { spans }) => sum + spans.length, 0)
  );
}

function complaintsOf({ checks }: RunResult): ExhibitsBlock['complaints'] {
  const all = Object.entries(checks).flatMap(([name, { details }]) => {
    const said = details?.['exhibitsLeftOut'];
    const sentences = Array.isArray(said) ? said.filter((sentence) => typeof sentence === 'string') : [];
    return sentences.map((sentence) => ({ checker: clipShort(name, 60), sentence: clip(sentence, 400) }));
  });
  return all.slice(0, MOST_COMPLAINTS);
}
