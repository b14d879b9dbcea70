import { error, type Problem, warning } from "../problem.ts";
import type { RefusedPatch } from "./engine.ts";

/** What is wrong with patches of an environment that serves: all of it. */
export const patchProblems = (refused: readonly RefusedPatch[]): readonly Problem[] =>
  refused.map(({ patch, why }) =>
    error("WrongValue", patch.where, `This patch cannot be made: ${why}. Look at what is there with \`portico build\`.`),
  );

/** The same where the environment is not known: listeners and clusters have in one what they have not in another, so of those it is a warning. */
export const patchProblemsAnywhere = (refused: readonly RefusedPatch[]): readonly Problem[] =>
  refused.flatMap((one) => {
    if (one.patch.of === "routes") return patchProblems([one]);
    const message = `This patch cannot be made here: ${one.why}. Where the gateway serves there has to be something.`;
    return [warning("WrongValue", one.patch.where, message)];
  });
