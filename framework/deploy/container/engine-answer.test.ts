// What engines and their clients say, as they said it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factsIn, olderApi, problemOf } from './engine-answer.js';

const said = (stderr: string, missing = false) => ({ code: 1, stdout: '', stderr, missing });

describe('facts of an engine', () => {
  it('are those of the server, not of the client', () => {
    const client = { Version: '28.2.2', Arch: 'amd64' };
    expect(factsIn('docker', JSON.stringify({ Client: client, Server: null }))).toBeNull();
    expect(factsIn('docker', JSON.stringify({ Client: client }))).toBeNull();
    const server = { Version: '20.10.24+dfsg1', Arch: 'arm64' };
    expect(factsIn('docker', JSON.stringify({ Client: client, Server: server }))).toMatchObject({
      kind: 'docker',
      version: '20.10.24+dfsg1',
      architecture: 'arm64',
    });
  });

  it('say which version of the API a newer client has to ask for', () => {
    const api = (server: string, client: object) =>
      factsIn('docker', JSON.stringify({ Client: client, Server: { Version: '1', ApiVersion: server } }))?.api;
    expect(api('1.41', { ApiVersion: '1.41', DefaultAPIVersion: '1.50' })).toBe('1.41');
    expect(api('1.9', { ApiVersion: '1.41' })).toBe('1.9');
    expect(api('1.50', { ApiVersion: '1.41' })).toBeUndefined();
    expect(api('1.41', { ApiVersion: '1.41' })).toBeUndefined();
    expect(api('1.41', {})).toBeUndefined();
  });

  it('say whether hardware addresses stay by themselves', () => {
    const derives = (api: string) =>
      factsIn('docker', JSON.stringify({ Server: { Version: '1', ApiVersion: api } }))?.derivesCards;
    expect([derives('1.41'), derives('1.44'), derives('1.50')]).toEqual([true, undefined, undefined]);
  });

  it('come from what podman knows of its host', () => {
    const info = { host: { arch: 'amd64' }, version: { Version: '4.3.1' } };
    expect(factsIn('podman', JSON.stringify(info))).toEqual({
      kind: 'podman',
      version: '4.3.1',
      architecture: 'amd64',
    });
  });

  it.each(['', 'no JSON', 'null', '[]'])('are not in %j', (text) => {
    expect(factsIn('docker', text)).toBeNull();
    expect(factsIn('podman', text)).toBeNull();
  });
});

describe('an engine that does not answer', () => {
  const saved = process.env['DOCKER_HOST'];
  beforeEach(() => {
    delete process.env['DOCKER_HOST'];
  });
  afterEach(() => {
    if (saved !== undefined) process.env['DOCKER_HOST'] = saved;
  });

  it('is said to be none, with the socket that was tried', () => {
    const text = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
    expect(problemOf('docker', said(text)).why).toBe(
      'docker is a client without an engine: nothing answers at unix:///var/run/docker.sock',
    );
    const refused = 'error during connect: Get "http://10.0.0.9:2375/v1.24/version": dial tcp: connection refused';
    expect(problemOf('docker', said(refused)).why).toContain('nothing answers at http://10.0.0.9:2375/v1.24/version');
  });

  it('shows no password of its address', () => {
    process.env['DOCKER_HOST'] = 'tcp://user:secret@10.0.0.9:2375';
    expect(problemOf('docker', said('Cannot connect')).why).toMatch(/nothing answers at tcp:\/\/10\.0\.0\.9:2375$/);
    const text =
      'Cannot connect to the Docker daemon at tcp://user:secret@10.0.0.9:2375. Is the docker daemon running?';
    expect(problemOf('docker', said(text)).why).not.toContain('secret');
  });

  it('may be there for others', () => {
    const text =
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get …';
    expect(problemOf('docker', said(text))).toEqual({
      why: 'docker may not use the socket of its engine (unix:///var/run/docker.sock)',
      hint: expect.stringContaining('usermod -aG docker'),
    });
  });

  it('may not be installed', () => {
    expect(problemOf('podman', said('', true))).toEqual({
      why: 'podman is not installed',
      hint: 'Install it: apt-get install podman runc',
    });
  });

  it('is quoted where it says what nobody knows', () => {
    expect(problemOf('podman', said('Error: something new\nmore')).why).toBe(
      'podman does not answer: Error: something new',
    );
  });
});

it('an older engine says which version of its API it has', () => {
  const text = 'Error response from daemon: client version 1.52 is too new. Maximum supported API version is 1.41';
  expect(olderApi(text)).toBe('1.41');
  expect(olderApi('anything else')).toBeNull();
});
