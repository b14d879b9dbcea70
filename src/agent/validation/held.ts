/** Counts what is held at once, so that many large messages do not take the memory of all else. */
export class Held {
  readonly #most: number;
  #bytes = 0;

  /** `most` in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether so many bytes more may be held; they are counted then. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#most) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Those that were taken are gone. */
  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}
