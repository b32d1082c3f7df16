import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Secrets, secretsOf, secretVariables } from './secrets.js';

const step = (...secrets: string[]) => ({ script: 'true', secrets });

it('secrets of all steps are taken out of texts, the longest first, but for what may be anywhere', () => {
  const lifecycle = { start: step('A', 'UNSET'), install: step('B'), stop: step('SHORT'), ready: { script: 'true' } };
  const secrets = secretsOf(lifecycle, { A: 'hunter2', B: 'hunter2-and-more', SHORT: '1', OTHER: 'other' });
  expect(secrets.hide('1 hunter2 hunter2-and-more other')).toBe('1 *** *** other');
});

it('secrets are taken out of files at any depth, whose other bytes stay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-secrets-'));
  try {
    mkdirSync(join(folder, 'deep'));
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    writeFileSync(join(folder, 'deep/log'), Buffer.concat([bytes, Buffer.from('pässwörd'), bytes]));
    writeFileSync(join(folder, 'clean'), 'nothing here');
    const before = statSync(join(folder, 'clean')).mtimeMs;
    const secrets = new Secrets(['pässwörd']);
    secrets.hideIn(folder);
    secrets.hideIn(join(folder, 'missing'));
    const after = readFileSync(join(folder, 'deep/log'));
    expect(after.equals(Buffer.concat([bytes, Buffer.from('***'), bytes]))).toBe(true);
    expect(statSync(join(folder, 'clean')).mtimeMs).toBe(before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a secret that is not set is told by its name', () => {
  expect(secretVariables(['A'], { A: 'x' })).toEqual({ A: 'x' });
  expect(() => secretVariables(['A', 'B'], { A: 'x' })).toThrow(/the variable B is not set/);
});
