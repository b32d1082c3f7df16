// Steps that scenarios share: requests, many writes, a node's state, and links that are cut.
import { expect } from 'vitest';
import type { Body } from '../../../framework/contracts/message.js';
import type { Bench } from './bench.js';

export const write = (key: number, value: unknown): Body => ({ type: 'write', key, value });
export const read = (key: number): Body => ({ type: 'read', key });

/** Writes 0, 1, 2, … to seven keys in turn. */
export async function fill(b: Bench, node: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect(await b.ask(node, write(i % 7, i))).toMatchObject({ type: 'write_ok' });
}

/** All that a node knows of keys and clients. */
export const state = (b: Bench, id: string): string => JSON.stringify(b.server(id).snapshot());

/** Cuts `id` off from all but these, both ways. */
export const leaveOnly = (b: Bench, id: string, ...friends: string[]) =>
  b.cluster.faults.cut(
    b.others(id, ...friends).flatMap((other): [string, string][] => [
      [id, other],
      [other, id],
    ]),
  );
