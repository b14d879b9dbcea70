/** What the person who runs Portico says beside the document and the resources. */
export interface ResolveSettings {
  /** Whether every operation is answered from the document, but those that say `mock: false`. */
  readonly mock: boolean;
  /**
   * What becomes of operations whose credential nothing checks: `fail` is a Problem, `refuse` answers 401, `unprotected` lets everybody
   * in.
   */
  readonly credentials: "fail" | "refuse" | "unprotected";
}
