import { expect, it } from 'vitest';
import { createRandom } from '../../framework/time/random.js';
import { hashText } from './hash-ring.js';
import { MerkleTree } from './merkle-tree.js';

const FANOUTS = [8, 4, 4];

it('is the same for the same items, whatever came and went before', () => {
  const random = createRandom(1, 'merkle');
  const [one, other] = [new MerkleTree(FANOUTS), new MerkleTree(FANOUTS)];
  const items = Array.from({ length: 200 }, (_, i) => ({ position: hashText(`k${i}`), hash: hashText(`v${i}`) }));
  for (const { position, hash } of items) one.change(position, 0, hash);
  for (const { position, hash } of random.shuffle(items)) {
    other.change(position, 0, 77);
    other.change(position, 77, hash);
  }
  for (let level = 0; level <= FANOUTS.length; level++) {
    for (let i = 0; i < one.size(level); i++) expect(other.hash(level, i)).toBe(one.hash(level, i));
  }
  for (const { position, hash } of items) one.change(position, hash, 0);
  expect(one.hash(0, 0)).toBe(0);
});

it('differs on the path from the root to what differs, and nowhere else', () => {
  const [one, other] = [new MerkleTree(FANOUTS), new MerkleTree(FANOUTS)];
  for (let i = 0; i < 100; i++) for (const tree of [one, other]) tree.change(hashText(`k${i}`), 0, hashText(`v${i}`));
  const position = hashText('k7');
  other.change(position, hashText('v7'), hashText('new'));
  for (let level = 0; level <= FANOUTS.length; level++) {
    for (let i = 0; i < one.size(level); i++) {
      expect(one.hash(level, i) !== other.hash(level, i)).toBe(i === one.index(level, position));
    }
  }
});

it('has children that cover the part of their parent', () => {
  const tree = new MerkleTree(FANOUTS);
  expect([0, 1, 2, 3, 4].map((level) => tree.size(level))).toEqual([1, 8, 32, 128, 0]);
  const position = hashText('x');
  for (let level = 0; level < FANOUTS.length; level++) {
    expect(tree.children(level, tree.index(level, position))).toContain(tree.index(level + 1, position));
  }
});
