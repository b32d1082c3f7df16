// Reads archives with another program than the one that wrote them.
import { execFileSync } from 'node:child_process';

/** What Python finds in an archive, after testing every checksum. */
export function unzip(bytes: Buffer): Record<string, string> {
  const script = `
import io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
print(json.dumps({info.filename: archive.read(info).decode('latin1') for info in archive.infolist()}))`;
  const out = execFileSync('python3', ['-c', script], { input: bytes, encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(out) as Record<string, string>;
}

export const namesIn = (bytes: Buffer) => Object.keys(unzip(bytes));
