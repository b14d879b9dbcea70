import type { DocumentOperation, DocumentPath } from "../openapi/document.ts";
import { error, type Problem } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import { type Destination, namedDestination, serverDestination } from "./backends.ts";
import { saidTimeout } from "./timeout.ts";
import type { Level, Whole } from "./whole.ts";

/** Where an operation's requests go, and how long an answer may take. */
export function destinationOf(
  whole: Whole,
  levels: readonly Level[],
  path: DocumentPath,
  written: DocumentOperation,
): Destination | undefined {
  const destination = backendOf(whole, levels, path, written);
  return (
    destination && { ...destination, timeoutMs: saidTimeout(levels.map(({ extension }) => extension))?.timeoutMs ?? destination.timeoutMs }
  );
}

/** The innermost level that names a backend decides; where none does, the innermost that has servers. */
function backendOf(whole: Whole, levels: readonly Level[], path: DocumentPath, written: DocumentOperation): Destination | undefined {
  const { problems, resources, document, basePath } = whole;
  const said = levels.find(({ extension }) => extension?.fields.backend !== undefined);
  if (said?.extension?.fields.backend !== undefined)
    return namedDestination(said.extension.fields.backend, said.extension.at("backend"), said.scope, resources, problems);
  const [operationLevel, pathLevel, documentLevel] = levels.map(({ scope }) => scope);
  const own = written.servers ?? path.servers;
  const scope = written.servers ? operationLevel : path.servers ? pathLevel : documentLevel;
  const servers = own ?? document.servers;
  const destination = serverDestination(servers, scope ?? "document", basePath);
  if (destination === undefined) noBackend(problems, servers[0]?.where ?? document.root, servers[0]?.url);
  return destination;
}

/** Said once for each server that does not serve, not for each operation. */
function noBackend(problems: Problem[], at: Node, url: string | undefined): void {
  const where = placeOf(at);
  if (
    problems.some(
      (problem) =>
        problem.where.pointer === where.pointer && problem.where.source === where.source && /^(NoBackend|BadServer)$/.test(problem.reason),
    )
  )
    return;
  const advice = "Write `x-portico: {backend: {url: http://...}}`, name a TargetEndpoint there, or answer from the document with --mock.";
  problems.push(
    url === undefined
      ? error("NoBackend", where, `The document names no server, so nothing says where requests go. ${advice}`)
      : error(
          "BadServer",
          where,
          `Requests can't be sent to the server \`${url.slice(0, 100)}\`: it is no absolute http or https URL. ${advice}`,
        ),
  );
}
