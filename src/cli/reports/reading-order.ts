import type { Problem } from "../../problem.ts";

/** Problems as somebody reads who mends them: source by source, from top to bottom. */
export function inReadingOrder(problems: readonly Problem[]): readonly Problem[] {
  const sources = new Map<string, number>();
  for (const { where } of problems) if (!sources.has(where.source)) sources.set(where.source, sources.size);
  const rank = ({ where }: Problem): number => sources.get(where.source) ?? 0;
  return problems.toSorted((a, b) => rank(a) - rank(b) || a.where.line - b.where.line || a.where.column - b.where.column);
}

/** How many there are of each severity: `1 error, 2 warnings`. */
export function showCounts(problems: readonly Problem[]): string {
  const errors = countOf(problems, "error");
  const warnings = countOf(problems, "warning");
  return [...(errors > 0 ? [plural(errors, "error")] : []), ...(warnings > 0 ? [plural(warnings, "warning")] : [])].join(", ");
}

export const countOf = (problems: readonly Problem[], severity: Problem["severity"]): number =>
  problems.filter((problem) => problem.severity === severity).length;

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
