import { Memory } from "./memory.ts";

/** Of what was taken, half counts after so long. */
const halfLifeMs = 5_000;
const mostRemembered = 20_000;

/** How long works have taken of late, by whom they were for. */
export class TimeTaken {
  readonly #taken = new Memory<{ readonly ms: number; readonly atMs: number }>({ most: mostRemembered, nowMs: () => performance.now() });

  /** At a time, so that several can be compared. */
  of(whom: string, nowMs: number): number {
    const taken = this.#taken.get(whom);
    return taken === undefined ? 0 : taken.ms * 2 ** ((taken.atMs - nowMs) / halfLifeMs);
  }

  add(whom: string, ms: number): void {
    const atMs = performance.now();
    this.#taken.set(whom, { ms: this.of(whom, atMs) + ms, atMs }, atMs + 10 * halfLifeMs);
  }
}
