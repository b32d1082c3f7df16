import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { knownKeys, knownName, parseKnownHosts } from './known-hosts.js';

/** As ssh-keygen -H writes it. */
function hashed(name: string): string {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** Keys that are trusted for a host, by their text. */
function trusted(text: string, host: string, port = 22): string[] {
  return knownKeys(parseKnownHosts(text), host, port).trusted.map((entry) => entry.key);
}

describe('parseKnownHosts', () => {
  it('reads hosts, type and key, and passes over all else', () => {
    const text = [
      '# a comment',
      '',
      'broken line',
      '  n1,10.0.0.1   ssh-ed25519\tAAAA1 comment with words',
      '@cert-authority *.example ssh-rsa AAAA2',
      '@revoked n2 ssh-rsa AAAA3\r',
      '@unknown n3 ssh-rsa AAAA4',
    ].join('\n');
    expect(parseKnownHosts(text)).toEqual([
      { hosts: ['n1', '10.0.0.1'], type: 'ssh-ed25519', key: 'AAAA1', revoked: false },
      { hosts: ['n2'], type: 'ssh-rsa', key: 'AAAA3', revoked: true },
    ]);
  });
});

describe('knownKeys', () => {
  it('knows names, addresses and ports', () => {
    const text = 'N1,10.0.0.1 ssh-ed25519 A\n[n1]:2222 ssh-ed25519 B\n[::1]:2222 ssh-ed25519 C\n';
    expect(trusted(text, 'n1')).toEqual(['A']);
    expect(trusted(text, 'N1')).toEqual(['A']);
    expect(trusted(text, '10.0.0.1')).toEqual(['A']);
    expect(trusted(text, 'n1', 2222)).toEqual(['B']);
    expect(trusted(text, '::1', 2222)).toEqual(['C']);
    expect(trusted(text, 'n10')).toEqual([]);
    expect(knownName('N1', 22)).toBe('n1');
  });

  it('knows patterns and their negation', () => {
    const text = '*.example,!bad.example,10.0.0.? ssh-ed25519 A\n[*]:2222 ssh-rsa B\n';
    expect(trusted(text, 'good.example')).toEqual(['A']);
    expect(trusted(text, 'bad.example')).toEqual([]);
    expect(trusted(text, '10.0.0.7')).toEqual(['A']);
    expect(trusted(text, '10.0.0.77')).toEqual([]);
    expect(trusted(text, 'x', 2222)).toEqual(['B']);
    expect(trusted('!n1 ssh-rsa A', 'n2')).toEqual([]);
    expect(trusted('a*b*c ssh-rsa A', `a${'b'.repeat(50)}c`)).toEqual(['A']);
    expect(trusted(`${'*a'.repeat(30)} ssh-rsa A`, `${'a'.repeat(200)}b`)).toEqual([]);
    expect(trusted('n.1 ssh-rsa A', 'nx1')).toEqual([]);
  });

  it('knows hashed names', () => {
    const text = `${hashed('n1')} ssh-ed25519 A\n${hashed('[n1]:2222')} ssh-rsa B\n|1|broken ssh-rsa C\n`;
    expect(trusted(text, 'n1')).toEqual(['A']);
    expect(trusted(text, 'n1', 2222)).toEqual(['B']);
    expect(trusted(text, 'n2')).toEqual([]);
  });

  it('tells revoked keys apart', () => {
    const known = knownKeys(parseKnownHosts('n1 ssh-rsa A\n@revoked * ssh-rsa B\n'), 'n1', 22);
    expect(known.trusted.map((entry) => entry.key)).toEqual(['A']);
    expect(known.revoked.map((entry) => entry.key)).toEqual(['B']);
  });
});
