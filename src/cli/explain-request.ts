import { showPlace } from "../problem.ts";
import type { AskedRequest } from "./explain/asked-request.ts";
import { type Explanation, explanationOf } from "./explain/explanation.ts";
import type { ExplainOptions } from "./explain.ts";
import { type Paint, paintFor } from "./paint.ts";
import type { PreparedGateway } from "./prepare.ts";
import { preparedOrSaid } from "./prepared-or-said.ts";
import { printable } from "./printable.ts";
import { padToWidth, textWidth } from "./text-width.ts";

/** Writes on stdout what answers a request, and why; the exit code. */
export async function explainRequest(request: AskedRequest, documents: readonly string[], options: ExplainOptions): Promise<number> {
  const prepared = await preparedOrSaid(documents, options);
  if (prepared === undefined) return 1;
  const explanation = explanationOf(prepared.apis, resourceFiles(prepared), request);
  process.stdout.write(options.json ? `${JSON.stringify(explanation, undefined, 2)}\n` : asText(explanation, paintFor(process.stdout)));
  return 0;
}

function resourceFiles({ apis, files }: PreparedGateway): PreparedGateway["files"] {
  const documents = new Set(apis.flatMap(({ document }) => [document.files.root, ...document.files.files.values()]));
  return files.filter((file) => !documents.has(file));
}

/** The sentence, and under it the facts in columns: name, value, place. */
function asText({ summary, facts }: Explanation, paint: Paint): string {
  const rows = facts.map(
    ({ name, value, place }) => [name, printable(value), place === undefined ? "" : printable(showPlace(place))] as const,
  );
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => textWidth(row[column])));
  const lines = rows.map(([name, value, place]) =>
    `  ${padToWidth(name, width(0))}  ${padToWidth(value, Math.min(width(1), 80))}  ${paint("faint", place)}`.trimEnd(),
  );
  return [paint("strong", printable(summary)), ...lines].map((line) => `${line}\n`).join("");
}
