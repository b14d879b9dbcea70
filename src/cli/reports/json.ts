import { countOf, inReadingOrder } from "./reading-order.ts";
import { reasonPage } from "./reason-page.ts";
import type { CheckResult } from "./result.ts";

/** Problems for programs: one JSON object. Line and column count from 1; 0 says the file as a whole. `pointer` is a JSON Pointer. */
export function jsonReport({ documents, problems }: CheckResult): string {
  const report = {
    problems: inReadingOrder(problems).map(({ severity, reason, message, where }) => ({
      severity,
      reason,
      message,
      source: where.source,
      line: where.line,
      column: where.column,
      pointer: where.pointer,
      help: reasonPage(reason),
    })),
    documents,
    errors: countOf(problems, "error"),
    warnings: countOf(problems, "warning"),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
