// The command line of a node on a host, written by one process and read by another.
import { expect, it } from 'vitest';
import { formatTcpArguments, parseAddress, parseTcpArguments, type TcpArguments } from './arguments.js';

const all: TcpArguments = {
  id: 'n1',
  run: 'r"1',
  listen: '10.0.0.1:7000',
  peers: { n1: '10.0.0.1:7000', n2: '[fe80::1]:7001' },
  options: { text: '--data "x"', deep: { list: [1] } },
  data: '/a b/c',
  seed: 2 ** 40,
  origin: 1_763_759_999_123_456_789n,
};

it('comes back as it was', () => {
  expect(parseTcpArguments(formatTcpArguments(all))).toEqual(all);
  const little = { ...all, data: null, seed: null, origin: null };
  expect(parseTcpArguments(formatTcpArguments(little))).toEqual(little);
});

it('names hosts and ports', () => {
  expect(parseAddress('[fe80::1]:7001')).toEqual({ host: 'fe80::1', port: 7001 });
  expect(parseAddress('host-a:80')).toEqual({ host: 'host-a', port: 80 });
  for (const wrong of ['', 'host', ':80', 'host:', 'host:0', 'host:x', 'host:70000', '[]:1']) {
    expect(() => parseAddress(wrong)).toThrow('is no address');
  }
});

it('is refused when something is missing', () => {
  expect(() => parseTcpArguments([])).toThrow('give --id, --run and --listen');
  expect(() => parseTcpArguments(formatTcpArguments({ ...all, peers: { n2: 'x' } }))).toThrow('x is no address');
  expect(() => parseTcpArguments(['--nonsense'])).toThrow('nonsense');
});
