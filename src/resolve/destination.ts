import type { DocumentOperation, DocumentPath, OpenApiDocument, Server } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { child, placeOf } from "../text/node.ts";
import { type Destination, serverDestination } from "./backends.ts";
import { namedDestination } from "./named-destination.ts";
import { sayOnce } from "./say-once.ts";
import { parseServerUrl, type ServerUrl } from "./server-url.ts";
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
  const timeoutMs = saidTimeout(levels.map(({ extension }) => extension))?.timeoutMs;
  return (
    destination && {
      ...destination,
      timeoutMs: timeoutMs ?? destination.timeoutMs,
      mirror: mirrorOf(whole, levels),
      sandbox: sandboxOf(whole, levels, destination),
    }
  );
}

/** What the innermost level that says it has requests copied to; one whose share is 0 is none. */
function mirrorOf(whole: Whole, levels: readonly Level[]): Destination["mirror"] {
  const saying = levels.find(({ extension }) => extension?.fields.mirror !== undefined);
  const said = saying?.extension?.fields.mirror;
  if (saying?.extension === undefined || said === undefined || said.percent === 0) return undefined;
  const { name, url, percent = 100 } = said;
  const found = namedDestination({ name, url }, saying.extension.at("mirror"), `mirror of ${saying.scope}`, whole);
  const [share] = found?.shares ?? [];
  return share && { backend: share.backend, percent };
}

/** What tells the sandbox where nothing is said: as WSO2's tokens do. */
const usual = { by: "claim", name: "keytype", value: "SANDBOX" } as const;

function sandboxOf(whole: Whole, levels: readonly Level[], { shares, path }: Destination): Destination["sandbox"] {
  const saying = levels.find(({ extension }) => extension?.fields.sandbox !== undefined);
  const said = saying?.extension?.fields.sandbox;
  if (saying?.extension === undefined || said === undefined) return undefined;
  const at = saying.extension.at("sandbox");
  const found = namedDestination(said, at, `sandbox of ${saying.scope}`, whole);
  if (found === undefined) return undefined;
  const [share, second] = found.shares;
  if (shares.length > 1 || second !== undefined || found.path !== path) {
    const message =
      "A sandbox stands beside one `backend` that is named, is itself one, and has the same `basePath`. Name the backend, take out `split`, or let both say the same.";
    sayOnce(whole.problems, error("WrongValue", placeOf(at), message));
    return undefined;
  }
  const when = levels.find(({ extension }) => extension?.fields.sandboxWhen !== undefined)?.extension?.fields.sandboxWhen;
  const told =
    when === undefined
      ? usual
      : {
          by: when.claim === undefined ? ("header" as const) : ("claim" as const),
          name: when.claim ?? when.header?.toLowerCase() ?? "",
          value: when.value,
        };
  return share && { ...told, backend: share.backend };
}

/** The innermost level that names a backend decides; where none does, the innermost that has servers. */
function backendOf(whole: Whole, levels: readonly Level[], path: DocumentPath, written: DocumentOperation): Destination | undefined {
  const { problems, basePath } = whole;
  const said = levels.find(({ extension }) => extension?.fields.backend !== undefined || extension?.isWrong("backend"));
  // What is wrong with it was said; that there is no other is not.
  if (said?.extension?.isWrong("backend")) return undefined;
  if (said?.extension?.fields.backend !== undefined)
    return namedDestination(said.extension.fields.backend, said.extension.at("backend"), said.scope, whole);
  const { servers, scope, at } = serversFor(whole.document, path, written, levels[0]?.scope ?? "");
  // The first of them, as OpenAPI's clients take it.
  const [server] = servers;
  if (server === undefined) {
    sayOnce(problems, error("NoBackend", placeOf(at), `The document names no server, so nothing says where requests go. ${advice}`));
    return undefined;
  }
  const url = urlOf(server);
  const wrong = problemOf(url, server);
  if (wrong !== undefined) sayOnce(problems, wrong);
  return serverDestination(url, scope, basePath);
}

/** Every operation asks for the document's own. */
const urls = new WeakMap<Server, ServerUrl>();

function urlOf(server: Server): ServerUrl {
  const url = urls.get(server) ?? parseServerUrl(server.url);
  urls.set(server, url);
  return url;
}

/** The servers that count for an operation, what says them, and the name of what they are said for (OpenAPI 3.1, section 4.8.10). */
function serversFor(document: OpenApiDocument, path: DocumentPath, written: DocumentOperation, scope: string) {
  if (written.servers) return { servers: written.servers, scope, at: child(written.node, "servers") };
  if (path.servers) return { servers: path.servers, scope: path.key, at: child(path.where, "servers") };
  return { servers: document.servers, scope: "document", at: child(document.root, "servers") };
}

const advice = "Write `x-portico: {backend: {url: http://...}}`, name a TargetEndpoint there, or answer from the document with --mock.";

function problemOf({ target, hasQuery }: ServerUrl, { url, where }: Server): Problem | undefined {
  // Asked for each operation: the place is looked for only where something is wrong.
  if (typeof target !== "string" && !hasQuery) return undefined;
  const place = placeOf(where);
  switch (target) {
    case "password":
      return error(
        "InlinePassword",
        place,
        `The server's URL has a password in it, which everybody reads who reads the document. ${advice}`,
      );
    case "relative":
    case "malformed": {
      const why = target === "relative" ? "it is no absolute http or https URL" : "its host or port is none";
      return error("BadServer", place, `Requests can't be sent to the server \`${url.slice(0, 100)}\`: ${why}. ${advice}`);
    }
    default:
      return warning("BadServer", place, "The server's URL has a query or fragment, which is left out. Take it out.");
  }
}
