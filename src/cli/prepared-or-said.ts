import type { DocumentOptions } from "./document-options.ts";
import { type PreparedGateway, prepareGateway } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";

/** The gateway of documents, or undefined when something is wrong with them. All Problems, warnings too, are said on stderr. */
export async function preparedOrSaid(
  documents: readonly string[],
  { resources, refs, mock }: DocumentOptions,
  credentials: "fail" | "refuse",
): Promise<PreparedGateway | undefined> {
  const prepared = await prepareGateway({ documents, resources, references: refs }, { mock, credentials });
  reportProblems(prepared.problems, prepared.ok ? prepared.value.files : [], process.stderr);
  return prepared.ok ? prepared.value : undefined;
}
