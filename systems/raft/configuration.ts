// Who belongs to the cluster, as entries of the log say it (paper 6).

/** Takes effect as soon as it is in a node's log, committed or not, and ends when it is taken out again. */
export interface Configuration {
  readonly members: readonly string[];
  /** The members to come, while a change is under way (C_old,new: whatever is decided needs a majority of both); or null. */
  readonly next: readonly string[] | null;
  /** The latest requests that were carried out, each by its client and number: a request that arrives twice happens once. */
  readonly asked: readonly string[];
}

/** A configuration with the index of the entry that says it, or of the snapshot that does. */
export interface Configured {
  readonly index: number;
  readonly config: Configuration;
}

/** What a client asks for. */
export interface Change {
  readonly join: readonly string[];
  readonly leave: readonly string[];
  /** The cluster that is meant; this one where it is left out. */
  readonly cluster: string | null;
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');
}

export function isConfiguration(value: unknown): value is Configuration {
  if (typeof value !== 'object' || value === null) return false;
  const { members, next, asked } = value as Record<string, unknown>;
  return (
    isNames(members) && members.length > 0 && (next === null || (isNames(next) && next.length > 0)) && isNames(asked)
  );
}

/** The change in a body, or one sentence on what is wrong with it. */
export function parseChange(body: unknown): Change | string {
  if (typeof body !== 'object' || body === null) return 'a change must be an object';
  const { msg_id: id, join, leave, cluster } = body as Record<string, unknown>;
  if (typeof id !== 'number') return 'msg_id must be a number';
  if (!isNames(join) || !isNames(leave)) return 'join and leave must be lists of nodes';
  if (join.some((name) => leave.includes(name))) return 'no node can join and leave at once';
  if (cluster !== undefined && typeof cluster !== 'string') return 'cluster must be a name';
  return { join, leave, cluster: cluster ?? null };
}

/** The members after a change, each once. */
export function changed(members: readonly string[], { join, leave }: Change): readonly string[] {
  const after = new Set(members);
  for (const id of leave) after.delete(id);
  for (const id of join) after.add(id);
  return [...after];
}
