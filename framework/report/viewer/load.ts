// Takes a block of data out of the page.
import type { BlockName, Blocks } from '../page/blocks.js';
import { unpack } from '../page/pack.js';

/** Null: the page has no such block. Rejects when it cannot be read. */
export async function loadBlock<K extends BlockName>(name: K): Promise<Blocks[K] | null> {
  const element = document.querySelector(`script[data-block="${name}"]`);
  if (element === null) return null;
  const text = atob((element.textContent ?? '').trim());
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return unpack(new Uint8Array(await new Response(stream).arrayBuffer())) as Blocks[K];
}
