// Faults that overlap: each subject (a node) has the list of faults in force on it, and healing removes one's own alone.

export class Counted<F> {
  readonly #active = new Map<string, { fault: F }[]>();

  /** Puts a fault in force on the subjects; the function returned takes it back, once. */
  add(subjects: readonly string[], fault: F): () => readonly string[] {
    const own = { fault };
    for (const subject of subjects) {
      const list = this.#active.get(subject);
      if (list === undefined) this.#active.set(subject, [own]);
      else list.push(own);
    }
    let active = true;
    return () => {
      if (!active) return [];
      active = false;
      for (const subject of subjects) {
        const list = this.#active.get(subject)!;
        list.splice(list.indexOf(own), 1);
      }
      return subjects;
    };
  }

  /** The faults in force on a subject, oldest first. */
  of(subject: string): F[] {
    return (this.#active.get(subject) ?? []).map((entry) => entry.fault);
  }

  has(subject: string): boolean {
    return (this.#active.get(subject)?.length ?? 0) > 0;
  }
}
