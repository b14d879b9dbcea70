import { after } from "node:test";

/** Something that ends, and runs what was left with it then: a test's context `t`, or `{ after }` of node:test for a whole suite. */
export interface Scope {
  after(end: () => Promise<void>): void;
}

/** The scope of a suite for what its `before` starts, where node:test's own `after` would be over with that: call it in the suite's function. */
export function suiteScope(): Scope {
  const { scope, end } = scopeOfOnesOwn();
  after(end);
  return scope;
}

/** The answer of work whose scope ends with it: for what a test starts several times, one after the other. */
export async function within<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
  const { scope, end } = scopeOfOnesOwn();
  try {
    return await work(scope);
  } finally {
    await end();
  }
}

/** A scope that ends when it is told to: what was left with it last ends first. */
export function scopeOfOnesOwn(): { readonly scope: Scope; readonly end: () => Promise<void> } {
  const ends: (() => Promise<void>)[] = [];
  return {
    scope: { after: (end) => void ends.push(end) },
    end: async () => {
      for (const end of ends.toReversed()) await end();
    },
  };
}
