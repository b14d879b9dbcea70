/** Who waits, by what they are one of: they take turns, so that many of one kind do not hold up the others. */
type Waiting = Map<string, (() => void)[]>;

/** Lets so many go at once; others wait for their turn, and where too many wait, no more may. */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #mostOfOne: number;
  readonly #waiting: Waiting = new Map();
  /** Until when others go before a kind. */
  readonly #lastUntil = new Map<string, number>();
  #count = 0;
  #going = 0;

  /** `mostOfOne` of the same kind may wait, as many as of all unless said. */
  constructor(most: number, mostWaiting: number, mostOfOne = mostWaiting) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
    this.#mostOfOne = mostOfOne;
  }

  /** What `work` gives; undefined, and it is not begun, where too many wait. */
  async take<T>(work: () => Promise<T>, kind = ""): Promise<T | undefined> {
    if (this.#going >= this.#most) {
      const its = this.#waiting.get(kind) ?? [];
      if (this.#count >= this.#mostWaiting || its.length >= this.#mostOfOne) return undefined;
      this.#count++;
      this.#waiting.set(kind, its);
      await new Promise<void>((resolve) => its.push(resolve));
    } else this.#going++;
    try {
      return await work();
    } finally {
      // The turn goes on to who waits, without being given back in between.
      const next = this.#next();
      if (next === undefined) this.#going--;
      else next();
    }
  }

  /** For so long all that wait go before those of a kind: they take more than their share. */
  putLast(kind: string, forMs: number): void {
    this.#lastUntil.set(kind, performance.now() + forMs);
  }

  /** Of the kind that had its turn longest ago, the one that waits longest. */
  #next(): (() => void) | undefined {
    const kinds = [...this.#waiting.keys()];
    const kind = kinds.find((one) => !this.#isLast(one)) ?? kinds[0];
    if (kind === undefined) return undefined;
    const [next, ...its] = this.#waiting.get(kind) ?? [];
    this.#waiting.delete(kind);
    if (its.length > 0) this.#waiting.set(kind, its);
    this.#count--;
    return next;
  }

  #isLast(kind: string): boolean {
    const until = this.#lastUntil.get(kind);
    if (until === undefined || until > performance.now()) return until !== undefined;
    this.#lastUntil.delete(kind);
    return false;
  }
}
