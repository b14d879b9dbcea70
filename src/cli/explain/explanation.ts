import type { EntryOperation, PathEntry } from "../../compile/envoy/path-entry.ts";
import type { Place } from "../../problem.ts";
import type { ResolvedApi } from "../../resolve/gateway.ts";
import type { SourceFile } from "../../text/node.ts";
import type { AskedRequest } from "./asked-request.ts";
import { type Fact, factsOf } from "./facts.ts";
import { originsOf } from "./origins.ts";
import { type Answerer, sentence } from "./sentence.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** What the gateway does with a request, for people and for programs. */
export interface Explanation {
  readonly request: { readonly method: string; readonly host: string | undefined; readonly path: string; readonly query: string };
  /** In a sentence. */
  readonly summary: string;
  readonly answer: Answerer;
  readonly facts: readonly Fact[];
}

/** Explains a request to the gateway that these APIs make. */
export function explanationOf(apis: readonly ResolvedApi[], resourceFiles: readonly SourceFile[], request: AskedRequest): Explanation {
  const models = apis.map(({ model }) => model);
  const verdict = verdictOn(models, request);
  const { method, host, path, search } = request;
  return {
    request: { method, host, path, query: search.slice(1) },
    ...sentence(verdict, request),
    facts: factsFor(verdict, apis, resourceFiles, request),
  };
}

function factsFor(
  verdict: Verdict,
  apis: readonly ResolvedApi[],
  resourceFiles: readonly SourceFile[],
  request: AskedRequest,
): readonly Fact[] {
  const place = ({ api, operation }: EntryOperation): Place | undefined => apis.find(({ model }) => model === api)?.place(operation);
  if (verdict.kind === "unsafe") return [];
  if (verdict.kind === "notFound") return verdict.nearest.flatMap((entry) => pathFacts("nearest", entry, place));
  const host = verdict.host === "*" ? [] : [{ name: "host", value: verdict.host, place: undefined }];
  if (verdict.kind !== "operation") return [...host, ...pathFacts("has", verdict.entry, place)];
  const resolved = apis.find(({ model }) => model === verdict.found.api);
  if (resolved === undefined) return host;
  const origins = originsOf(resolved, verdict.found.operation, resourceFiles);
  return [...host, ...factsOf(request, verdict.found, verdict.lost, origins, place)];
}

const pathFacts = (name: string, { operations }: PathEntry, place: (found: EntryOperation) => Place | undefined): readonly Fact[] =>
  operations.slice(0, 1).map((first) => ({
    name,
    value: `${operations.map(({ operation }) => operation.method).join(", ")} ${first.operation.template}`,
    place: place(first),
  }));
