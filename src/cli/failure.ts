import type { Problem } from "../problem.ts";
import { reportProblems } from "./report-problems.ts";

/** Says on stderr why a command did not do what was asked; its exit code. */
export function failure(problems: readonly Problem[]): 1 {
  reportProblems(problems, [], process.stderr);
  return 1;
}
