import type { Problem } from "../problem.ts";
import { type Output, paintFor, terminalWidth } from "./paint.ts";
import { textReport } from "./reports/text.ts";

/**
 * Writes Problems for people, with the lines around them, and how many there are; nothing where there are none. `files` are texts that
 * were read already; others are read again to be shown.
 */
export function reportProblems(
  problems: readonly Problem[],
  files: readonly { readonly name: string; readonly text: string }[],
  output: Output,
): void {
  if (problems.length === 0) return;
  output.write(textReport(problems, files, { paint: paintFor(output), width: terminalWidth(output) }));
}
