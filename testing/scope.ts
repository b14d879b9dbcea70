/** Something that ends, and runs what was left with it then: a test's context `t`, or `{ after }` of node:test for a whole suite. */
export interface Scope {
  after(end: () => Promise<void>): void;
}
