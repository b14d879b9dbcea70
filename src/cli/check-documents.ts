import type { CheckOptions } from "./check.ts";
import { sourcePaths } from "./document-options.ts";
import { paintFor, terminalWidth } from "./paint.ts";
import { prepareGateway } from "./prepare.ts";
import { githubReport } from "./reports/github.ts";
import { jsonReport } from "./reports/json.ts";
import { junitReport } from "./reports/junit.ts";
import { plural } from "./reports/reading-order.ts";
import type { CheckResult } from "./reports/result.ts";
import { textReport } from "./reports/text.ts";

/** Writes all Problems of documents and resources on stdout, for here they are what was asked for; the exit code. */
export async function checkDocuments(documents: readonly string[], options: CheckOptions): Promise<number> {
  const prepared = await prepareGateway(sourcePaths(documents, options), { mock: options.mock, credentials: "fail" });
  const result: CheckResult = { documents, problems: prepared.problems, files: prepared.ok ? prepared.value.files : [] };
  process.stdout.write(reports[options.format](result));
  return prepared.ok ? 0 : 1;
}

const reports: Readonly<Record<CheckOptions["format"], (result: CheckResult) => string>> = {
  text: ({ documents, problems, files }) =>
    problems.length === 0
      ? `${plural(documents.length, "document")}: no problems.\n`
      : textReport(problems, files, { paint: paintFor(process.stdout), width: terminalWidth(process.stdout) }),
  json: jsonReport,
  github: githubReport,
  junit: junitReport,
};
