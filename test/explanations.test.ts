// Every anomaly that a shipped checker can report is explained, and no explanation is of an anomaly that nobody reports.
import { describe, expect, it } from 'vitest';
import { EXPLANATIONS } from '../checkers/shared/explanations/explanations.js';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { AnyChecker } from '../framework/contracts/checker.js';
import type { AnySystem } from '../framework/contracts/system.js';

const checkers = (await defaultCatalog().all('checker')) as AnyChecker[];
const systems = (await defaultCatalog().all('system')) as AnySystem[];

describe('explanations', () => {
  it('are there for every anomaly of every checker', () => {
    const missing = checkers.flatMap(({ name, anomalies, explains = {} }) =>
      anomalies.filter((anomaly) => !Object.hasOwn(explains, anomaly)).map((anomaly) => `${name}: ${anomaly}`),
    );
    expect(missing).toEqual([]);
  });

  it('are of anomalies that some checker reports', () => {
    const known = new Set(checkers.flatMap(({ anomalies }) => anomalies));
    expect(Object.keys(EXPLANATIONS).filter((name) => !known.has(name))).toEqual([]);
  });

  it('say something in every part', () => {
    for (const [name, { meaning, example, causes }] of Object.entries(EXPLANATIONS)) {
      expect(meaning, name).toMatch(/^[A-Z].{20,}[.?]$/);
      expect(example.length, name).toBeGreaterThan(0);
      expect(causes.length, name).toBeGreaterThan(0);
      for (const line of example) expect(line.length, `${name}: ${line}`).toBeLessThan(100);
    }
  });

  it('cover what systems say that their bugs cause', () => {
    const caused = systems.flatMap(({ bugs = {}, weaknesses = {} }) =>
      [...Object.values(bugs), ...Object.values(weaknesses)].flatMap(({ anomalies }) => anomalies),
    );
    expect([...new Set(caused)].filter((name) => !Object.hasOwn(EXPLANATIONS, name))).toEqual([]);
  });
});
