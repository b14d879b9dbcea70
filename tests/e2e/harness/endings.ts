import type { Ending } from "./namespace.ts";

/** What several tests share, and what it ends with: made in `before`, ended in `after`. */
export interface Endings extends Ending {
  /** Ends all that was made, the last first. */
  readonly run: () => Promise<void>;
}

export function endings(): Endings {
  const all: (() => Promise<void>)[] = [];
  return {
    fullName: "what the tests share",
    passed: true,
    after: (end) => void all.push(end),
    run: async () => {
      for (const end of all.toReversed()) await end();
    },
  };
}
