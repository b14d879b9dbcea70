import { after } from "node:test";

/** Something that ends, and runs what was left with it then: a test's context `t`, or `{ after }` of node:test for a whole suite. */
export interface Scope {
  after(end: () => Promise<void>): void;
}

/** The scope of a suite for what its `before` starts, where node:test's own `after` would be over with that: call it in the suite's function. */
export function suiteScope(): Scope {
  const ends: (() => Promise<void>)[] = [];
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });
  return { after: (end) => ends.push(end) };
}
