import { describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../history/history.js';
import { rolesOf } from './roles.js';

function roles(evidence: Record<string, unknown>): string[] {
  const history = new ColumnarHistory();
  const add = history.appendInvoke(1, 0, 'add', undefined, 7, undefined);
  history.appendCompletion(2, 0, 'ok', 7);
  const reads = [[1, 7], [1]].map((value, process) => {
    const row = history.appendInvoke(3, process + 1, 'read', undefined, null, undefined);
    history.appendCompletion(4, process + 1, 'ok', value);
    return row;
  });
  const operations = [add, ...reads].map((row) => history.operation(row));
  const anomaly = { name: 'lost-element', checker: 'x', message: 'm', evidence };
  return rolesOf({ anomaly, operations, hidden: 0, moments: [], span: { from: 1, to: 4 } });
}

describe('rolesOf', () => {
  it('says which reads show an element and which miss it', () => {
    expect(roles({ element: 7 })).toEqual(['', 'shows 7', 'misses 7']);
  });
  it('takes the roles that a checker names', () => {
    expect(roles({ read: 2, older: null, newer: 0 })).toEqual([
      'wrote what should have been read',
      'read what is older',
      '',
    ]);
    expect(roles({ roles: { 0: 'began it', 4: 7 } })).toEqual(['began it', '', '']);
  });
  it('does not take an element for an operation', () => {
    expect(roles({ element: 'x', read: 2 })).toEqual(['', 'misses "x"', 'misses "x"']);
  });
  it('is silent where nothing is known', () => {
    expect(roles({})).toEqual(['', '', '']);
    expect(roles({ roles: null })).toEqual(['', '', '']);
  });
});
