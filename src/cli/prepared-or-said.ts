import { type DocumentOptions, sourcePaths } from "./document-options.ts";
import { type PreparedGateway, prepareGateway } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import { showCounts } from "./reports/reading-order.ts";

/**
 * The gateway of documents as it would be served, for commands that only show it; undefined when something is wrong, which is said on
 * stderr. Of warnings it says only that there are some, for what was asked is something else.
 */
export async function preparedOrSaid(documents: readonly string[], options: DocumentOptions): Promise<PreparedGateway | undefined> {
  const prepared = await prepareGateway(sourcePaths(documents, options), { mock: options.mock, credentials: "refuse" });
  if (prepared.ok) {
    if (prepared.problems.length > 0) process.stderr.write(`${showCounts(prepared.problems)}: see \`portico check\`.\n`);
    return prepared.value;
  }
  reportProblems(prepared.problems, [], process.stderr);
  return undefined;
}
