import type { EntryOperation, PathEntry } from "../../compile/envoy/path-entry.ts";
import type { Place } from "../../problem.ts";
import type { ResolvedApi } from "../../resolve/gateway.ts";
import type { SourceFile } from "../../text/node.ts";
import type { AskedRequest } from "./asked-request.ts";
import { type Fact, factsOf } from "./facts.ts";
import { originsOf } from "./origins.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** What the gateway does with a request, for people and for programs. */
export interface Explanation {
  readonly request: { readonly method: string; readonly host: string | undefined; readonly path: string; readonly query: string };
  /** In a sentence. */
  readonly summary: string;
  /** Who answers: an operation, or the gateway itself with this status. */
  readonly answer:
    | { readonly operation: string; readonly api: string; readonly template: string }
    | { readonly status: number; readonly allow: readonly string[] };
  readonly facts: readonly Fact[];
}

/** Explains a request to the gateway that these APIs make. */
export function explanationOf(apis: readonly ResolvedApi[], resourceFiles: readonly SourceFile[], request: AskedRequest): Explanation {
  const verdict = verdictOn(
    apis.map(({ model }) => model),
    request,
  );
  const place = ({ api, operation }: EntryOperation): Place | undefined => apis.find(({ model }) => model === api)?.place(operation);
  const { method, host, path, query } = request;
  return { request: { method, host, path, query: String(query) }, ...told(verdict, request), facts: factsFor(verdict) };

  function factsFor(one: Verdict): readonly Fact[] {
    switch (one.kind) {
      case "operation": {
        const resolved = apis.find(({ model }) => model === one.found.api);
        return resolved === undefined
          ? []
          : [
              ...hostFact(one.host),
              ...factsOf(request, one.found, one.lost, originsOf(resolved, one.found.operation, resourceFiles), place),
            ];
      }
      case "notFound":
        return one.nearest.flatMap((entry) => pathFacts("nearest", entry, place));
      case "unsafe":
        return [];
      default:
        return [...hostFact(one.host), ...pathFacts("has", one.entry, place)];
    }
  }
}

const hostFact = (host: string): readonly Fact[] => (host === "*" ? [] : [{ name: "host", value: host, place: undefined }]);

const pathFacts = (name: string, { operations }: PathEntry, place: (found: EntryOperation) => Place | undefined): readonly Fact[] =>
  operations.slice(0, 1).map((first) => ({
    name,
    value: `${operations.map(({ operation }) => operation.method).join(", ")} ${first.operation.template}`,
    place: place(first),
  }));

function told(verdict: Verdict, { method, host, path }: AskedRequest): Pick<Explanation, "summary" | "answer"> {
  const request = `${method} ${path}`;
  const ownAnswer = (status: number, summary: string, allow: readonly string[] = []) => ({ summary, answer: { status, allow } });
  switch (verdict.kind) {
    case "operation": {
      const { api, operation } = verdict.found;
      const summary = `${request} is answered by ${operation.id}.`;
      return { summary, answer: { operation: operation.id, api: api.name, template: operation.template } };
    }
    case "options":
      return ownAnswer(204, `${request} is answered by the gateway: 204 with Allow: ${verdict.allowed.join(", ")}.`, verdict.allowed);
    case "notAllowed":
      return ownAnswer(
        405,
        `${request} is refused: 405, for the path has other methods. Allow: ${verdict.allowed.join(", ")}.`,
        verdict.allowed,
      );
    case "notFound":
      return ownAnswer(
        404,
        `${request} is not found: 404, for ${verdict.unknownHost ? `no API answers under ${host}` : "no path template matches it"}.`,
      );
    case "unsafe":
      return ownAnswer(400, `${request} is refused: 400, for an escaped slash or backslash in a path is not safe.`);
  }
}
