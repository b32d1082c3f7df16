// A priority queue of tasks by (instant, order of scheduling): a binary heap over typed arrays, no allocation per event.

export class EventQueue {
  #time = new Float64Array(1024);
  #order = new Float64Array(1024);
  #task: (() => void)[] = new Array(1024);
  #size = 0;
  #next = 0;

  get size(): number {
    return this.#size;
  }

  /** Instant of the earliest task; Infinity when there is none. */
  get earliest(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#time[0]!;
  }

  push(instant: number, task: () => void): void {
    if (this.#size === this.#time.length) this.#grow();
    const time = this.#time;
    const order = this.#order;
    const tasks = this.#task;
    const sequence = this.#next++;
    let hole = this.#size++;
    // A new task has the highest sequence: ties never move up.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (time[parent]! <= instant) break;
      time[hole] = time[parent]!;
      order[hole] = order[parent]!;
      tasks[hole] = tasks[parent]!;
      hole = parent;
    }
    time[hole] = instant;
    order[hole] = sequence;
    tasks[hole] = task;
  }

  /** Removes and returns the earliest task; the queue must not be empty. */
  pop(): () => void {
    const tasks = this.#task;
    const first = tasks[0]!;
    const last = --this.#size;
    const time = this.#time;
    const order = this.#order;
    const instant = time[last]!;
    const sequence = order[last]!;
    const task = tasks[last]!;
    tasks[last] = NOTHING;
    if (last === 0) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      const right = child + 1;
      if (
        right < last &&
        (time[right]! < time[child]! || (time[right]! === time[child]! && order[right]! < order[child]!))
      )
        child = right;
      if (time[child]! > instant || (time[child]! === instant && order[child]! > sequence)) break;
      time[hole] = time[child]!;
      order[hole] = order[child]!;
      tasks[hole] = tasks[child]!;
      hole = child;
    }
    time[hole] = instant;
    order[hole] = sequence;
    tasks[hole] = task;
    return first;
  }

  #grow(): void {
    const wider = (from: Float64Array) => {
      const to = new Float64Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.#time = wider(this.#time);
    this.#order = wider(this.#order);
  }
}

const NOTHING = () => {};
