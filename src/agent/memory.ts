interface MemoryOptions<T> {
  /** How much is remembered at most: so many values, or what they weigh together. */
  readonly most: number;
  readonly weightOf?: (value: T) => number;
  readonly nowMs?: () => number;
}

interface Entry<T> {
  readonly value: T;
  readonly untilMs: number;
  readonly weight: number;
}

/** Remembers values for a time, and so much at most: then the one that was not asked for the longest is forgotten. */
export class Memory<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #most: number;
  readonly #weightOf: (value: T) => number;
  readonly #nowMs: () => number;
  #weight = 0;

  constructor({ most, weightOf = () => 1, nowMs = Date.now }: MemoryOptions<T>) {
    this.#most = most;
    this.#weightOf = weightOf;
    this.#nowMs = nowMs;
  }

  get(key: string): T | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    if (found.untilMs <= this.#nowMs()) {
      this.forget(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found.value;
  }

  set(key: string, value: T, untilMs: number): void {
    this.forget(key);
    if (untilMs <= this.#nowMs()) return;
    const weight = this.#weightOf(value);
    this.#entries.set(key, { value, untilMs, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#most) break;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
