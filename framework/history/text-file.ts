// Reads text files of any size piece by piece, so that a log of gigabytes costs a buffer.
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 256 * 1024;

/** The text of a file in chunks; throws what `openSync` and `readSync` throw. Stopping early closes the file. */
export function* textChunks(file: string): IterableIterator<string> {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(CHUNK);
    const decoder = new StringDecoder('utf8');
    let first = true;
    for (let count = readSync(fd, bytes); count > 0; count = readSync(fd, bytes)) {
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

/** The lines of a file without their ends; one that is longer than `longest` comes in pieces. */
export function* textLines(file: string, longest = 1 << 24): IterableIterator<string> {
  let rest = '';
  for (const chunk of textChunks(file)) {
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
