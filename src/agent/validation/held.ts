/** Counts what is held at once, so that many large messages do not take the memory of all else. */
export class Held {
  readonly #most: number;
  readonly #ofEach = new Map<string, number>();
  #bytes = 0;

  /** `most` in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether so many bytes more of a client may be held: never more of one than there is room left for all others. They are counted then. */
  take(bytes: number, client: string): boolean {
    const its = (this.#ofEach.get(client) ?? 0) + bytes;
    if (its > this.#most - this.#bytes) return false;
    this.#count(client, bytes);
    return true;
  }

  /** Those that were taken are gone. */
  give(bytes: number, client: string): void {
    this.#count(client, -bytes);
  }

  #count(client: string, more: number): void {
    const its = (this.#ofEach.get(client) ?? 0) + more;
    if (its === 0) this.#ofEach.delete(client);
    else this.#ofEach.set(client, its);
    this.#bytes += more;
  }
}
