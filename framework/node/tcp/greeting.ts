// How a connection between nodes, or from `chaos` to a node, begins and is kept: lines that are no messages.
import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Who dials says hello; who listens answers `welcome` when it knows run and token. Several dials may be under way at once, so who
 * dialled says `go` on the one that it uses: messages follow. From then on who listens says now and then how many bytes of the
 * connection have come (`ack`), which shows that it is alive and that the network still carries.
 */
export interface Hello {
  chaos: 1;
  run: string;
  token: string;
  /** A node's id, or `control`. */
  from: string;
}

/** What `chaos` is called in its hello. */
export const CONTROL = 'control';

/** A longer line is no hello. */
export const LONGEST_HELLO = 4096;

/** A line longer than this is no message. */
export const LONGEST_LINE = 64 * 1024 * 1024;

export const GO = '{"go":true}\n';

export function helloLine(run: string, token: string, from: string): string {
  const hello: Hello = { chaos: 1, run, token, from };
  return `${JSON.stringify(hello)}\n`;
}

export function welcomeLine(id: string): string {
  return `{"chaos":1,"welcome":${JSON.stringify(id)}}\n`;
}

/** The id of who welcomes; null: the line is no welcome. */
export function welcomedBy(line: string): string | null {
  const { chaos, welcome } = fieldsOf(line);
  return chaos === 1 && typeof welcome === 'string' ? welcome : null;
}

/** Who says hello, or what is wrong with the line; secrets are never shown. */
export function greeted(line: string, run: string, token: string): { from: string } | { refused: string } {
  const hello = fieldsOf(line);
  if (hello['chaos'] !== 1 || typeof hello['from'] !== 'string') return { refused: 'it did not say hello' };
  if (hello['run'] !== run) return { refused: 'it belongs to another run' };
  if (typeof hello['token'] !== 'string' || !same(hello['token'], token)) return { refused: 'its token is wrong' };
  return { from: hello['from'] };
}

export function ackLine(received: number): string {
  return `{"ack":${received}}\n`;
}

const ACK = '{"ack":';
const NEWLINE = 10;

/** Takes the acks out of a batch of lines: the highest of them (null: there was none), and what remains (null: nothing). */
export function withoutAcks(batch: Buffer): { acked: number | null; rest: Buffer | null } {
  let acked: number | null = null;
  let rest: Buffer | null = batch;
  while (rest !== null) {
    const start = startOfAck(rest);
    if (start < 0) break;
    const newline = rest.indexOf(NEWLINE, start);
    const end = newline < 0 ? rest.length : newline;
    const count = Number(rest.toString('latin1', start + ACK.length, end - 1));
    acked = Math.max(acked ?? 0, count);
    rest = cut(rest, start, end);
  }
  return { acked, rest };
}

function startOfAck(batch: Buffer): number {
  if (batch.length >= ACK.length && batch.toString('latin1', 0, ACK.length) === ACK) return 0;
  const before = batch.indexOf(`\n${ACK}`, 0, 'latin1');
  return before < 0 ? -1 : before + 1;
}

/** Without the line from `start` to `end` and one newline beside it. */
function cut(batch: Buffer, start: number, end: number): Buffer | null {
  const before = batch.subarray(0, Math.max(0, start - 1));
  const after = batch.subarray(Math.min(batch.length, end + 1));
  if (start === 0) return end === batch.length ? null : after;
  return end === batch.length ? before : Buffer.concat([before, Buffer.from('\n'), after]);
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Takes as long for any two texts. */
function same(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
