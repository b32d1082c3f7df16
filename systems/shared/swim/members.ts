// Who belongs to a group and in which state, as rumours have it. Rumours may come in any order and any number of times.
//
// Das, Gupta, Motivala: "SWIM: Scalable weakly-consistent infection-style process group membership protocol", DSN 2002, 4.2.

const GRAVITY = { alive: 0, suspect: 1, dead: 2, left: 3 } as const;

/** `suspect` still counts as a member; `dead`: nobody could reach it for long; `left`: by its own will. */
export type Status = keyof typeof GRAVITY;

/** Only the member itself raises its incarnation: thereby it refutes what was said of the one before. */
export interface Rumour {
  readonly member: string;
  readonly status: Status;
  readonly incarnation: number;
}

/** True when the rumour says more than what is known: a later incarnation, or something graver about the same one. */
export function overrides(news: Rumour, known: Rumour): boolean {
  if (news.incarnation !== known.incarnation) return news.incarnation > known.incarnation;
  return GRAVITY[news.status] > GRAVITY[known.status];
}

/** Planted bug: the graver rumour wins, however old; so nobody can refute that it is dead. */
export function overridesByGravity(news: Rumour, known: Rumour): boolean {
  const graver = GRAVITY[news.status] - GRAVITY[known.status];
  return graver === 0 ? news.incarnation > known.incarnation : graver > 0;
}

/** Incarnations count starts, joins and refutations of one node: no honest one comes near. */
const MOST_INCARNATIONS = 2 ** 21;

export function isRumour(value: unknown): value is Rumour {
  if (typeof value !== 'object' || value === null) return false;
  const { member, status, incarnation } = value as Partial<Record<keyof Rumour, unknown>>;
  const known = typeof status === 'string' && Object.hasOwn(GRAVITY, status);
  if (!known || typeof member !== 'string' || !Number.isSafeInteger(incarnation)) return false;
  return (incarnation as number) >= 0 && (incarnation as number) < MOST_INCARNATIONS;
}

export class Members {
  readonly #self: string;
  readonly #overrides: (news: Rumour, known: Rumour) => boolean;
  readonly #table = new Map<string, Rumour>();
  #peers: readonly string[] | null = null;

  constructor(self: string, rule: (news: Rumour, known: Rumour) => boolean = overrides) {
    this.#self = self;
    this.#overrides = rule;
  }

  get(member: string): Rumour | undefined {
    return this.#table.get(member);
  }

  /** Takes a rumour; false: it says nothing new. */
  hear(rumour: Rumour): boolean {
    const known = this.#table.get(rumour.member);
    if (known !== undefined && !this.#overrides(rumour, known)) return false;
    this.set(rumour);
    return true;
  }

  /** What a node knows of itself needs no comparison. */
  set(rumour: Rumour): void {
    this.#table.set(rumour.member, rumour);
    this.#peers = null;
  }

  /** Alive or suspect. */
  isMember(id: string): boolean {
    const status = this.#table.get(id)?.status;
    return status === 'alive' || status === 'suspect';
  }

  /** The other members, alive or suspect; the same array until something changes. */
  get peers(): readonly string[] {
    this.#peers ??= this.#select((rumour) => rumour.member !== this.#self && this.isMember(rumour.member));
    return this.#peers;
  }

  get dead(): readonly string[] {
    return this.#select(({ status }) => status === 'dead');
  }

  /** Members, itself included, sorted. */
  ids(): string[] {
    return this.#select(({ member }) => this.isMember(member)).sort((a, b) => (a < b ? -1 : 1));
  }

  /** Everything that is known, of those who left or died too. */
  table(): readonly Rumour[] {
    return [...this.#table.values()];
  }

  #select(matches: (rumour: Rumour) => boolean): string[] {
    const found: string[] = [];
    for (const rumour of this.#table.values()) if (matches(rumour)) found.push(rumour.member);
    return found;
  }
}
