import type { Problem } from "../problem.ts";

/** Adds a Problem unless the same was said of the same place: what a document or path says counts for many operations. */
export function sayOnce(problems: Problem[], said: Problem): void {
  const { pointer, source } = said.where;
  if (problems.some(({ reason, where }) => reason === said.reason && where.pointer === pointer && where.source === source)) return;
  problems.push(said);
}
