/** Does something in its turn. */
export type InTurn = <T>(act: () => Promise<T>) => Promise<T>;

/** Turns for so many at a time; others wait, in order. */
export function turnsFor(atOnce: number): InTurn {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (act) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await act();
    } finally {
      // The turn goes on to who waits, without being given back in between.
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
