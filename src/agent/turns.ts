/** Lets so many go at once; others wait for their turn, and where too many wait, no more may. */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #going = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** What `work` gives; undefined, and it is not begun, where too many wait. */
  async take<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#going >= this.#most) {
      if (this.#waiting.length >= this.#mostWaiting) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#going++;
    try {
      return await work();
    } finally {
      // The turn goes on to who waits, without being given back in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#going--;
      else next();
    }
  }
}
