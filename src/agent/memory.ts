/** Remembers values for a time, and so many at most: then the one that was not asked for the longest is forgotten. */
export class Memory<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly untilMs: number }>();
  readonly #most: number;
  readonly #nowMs: () => number;

  constructor(most: number, nowMs: () => number = Date.now) {
    this.#most = most;
    this.#nowMs = nowMs;
  }

  get(key: string): T | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    if (found.untilMs <= this.#nowMs()) return undefined;
    this.#entries.set(key, found);
    return found.value;
  }

  set(key: string, value: T, untilMs: number): void {
    this.#entries.delete(key);
    if (untilMs <= this.#nowMs()) return;
    this.#entries.set(key, { value, untilMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}
