// The four guarantees, as data: what they are called and what they promise.

export const GUARANTEES = ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** What each guarantee rules out, one sentence. */
export const BROKEN: Readonly<Record<Guarantee, string>> = {
  'read-your-writes': 'a process read a value that is older than one that it had itself written',
  'monotonic-reads': 'a process read a value that is older than one that it had read before',
  'monotonic-writes': 'a process saw a write of another process, and then missed an earlier write of that process',
  'writes-follow-reads':
    'a process saw a write of another process, and then missed what that process had read before it wrote',
};
