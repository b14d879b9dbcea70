import type { Problem } from "../../problem.ts";

/** What `portico check` found. */
export interface CheckResult {
  /** As they were named. */
  readonly documents: readonly string[];
  readonly problems: readonly Problem[];
  /** Texts that were read, to be shown around Problems. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
}
