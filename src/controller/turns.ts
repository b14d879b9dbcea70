/** Who has a turn, and who waits for one. */
export interface Turns {
  /** Works when it is its turn. `waits` is told at once when there is none. */
  inTurn<Result>(work: () => Promise<Result>, waits: () => void): Promise<Result>;
}

/** At most so many work at a time; the others come in the order in which they asked. */
export function makeTurns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let working = 0;
  return {
    async inTurn(work, waits) {
      if (working < most) working++;
      else {
        waits();
        // Who ends hands the turn on.
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) working--;
        else next();
      }
    },
  };
}
