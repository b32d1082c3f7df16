// Reads text files of any size piece by piece, so that a log of gigabytes costs a buffer.
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 256 * 1024;

/**
 * The text of a file in chunks, from the byte at `from`; throws what `openSync` and `readSync` throw. Stopping early closes the file.
 */
export function* textChunks(file: string, from = 0): IterableIterator<string> {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(CHUNK);
    const decoder = new StringDecoder('utf8');
    let first = true;
    // What is no file on disk can be read in its order only.
    let position = from === 0 ? null : from;
    for (;;) {
      const count = readSync(fd, bytes, 0, CHUNK, position);
      if (count === 0) break;
      if (position !== null) position += count;
      const text = decoder.write(bytes.subarray(0, count));
      yield first && text.startsWith('\ufeff') ? text.slice(1) : text;
      first = false;
    }
    const rest = decoder.end();
    if (rest !== '') yield rest;
  } finally {
    closeSync(fd);
  }
}

/** The lines of a file without their ends, from the byte at `from`; one that is longer than `longest` comes in pieces. */
export function* textLines(file: string, longest = 1 << 24, from = 0): IterableIterator<string> {
  let rest = '';
  for (const chunk of textChunks(file, from)) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      yield withoutReturn(rest + chunk.slice(start, end));
      rest = '';
      start = end + 1;
    }
    rest += chunk.slice(start);
    while (rest.length > longest) {
      yield rest.slice(0, longest);
      rest = rest.slice(longest);
    }
  }
  if (rest !== '') yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
