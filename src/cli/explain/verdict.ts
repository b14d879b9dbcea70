import { type EntryOperation, type PathEntry, pathEntries } from "../../compile/envoy/path-entry.ts";
import { allowedMethods, answeredMethods } from "../../compile/envoy/path-routes.ts";
import { pathPattern } from "../../compile/envoy/pattern.ts";
import type { ApiModel } from "../../model/api.ts";
import type { PathTemplate } from "../../model/path.ts";
import type { AskedRequest } from "./asked-request.ts";
import { candidateHosts } from "./hosts.ts";
import { nearestEntries } from "./nearest.ts";

/** What the gateway does with a request, and what else could have been. */
export type Verdict =
  | {
      readonly kind: "operation";
      readonly host: string;
      readonly entry: PathEntry;
      readonly found: EntryOperation;
      readonly lost: readonly PathEntry[];
    }
  /** OPTIONS that no operation of the path answers: 204 with Allow. */
  | { readonly kind: "options"; readonly host: string; readonly entry: PathEntry; readonly allowed: readonly string[] }
  /** 405 with Allow. */
  | { readonly kind: "notAllowed"; readonly host: string; readonly entry: PathEntry; readonly allowed: readonly string[] }
  /** 404: all operations of the path are disabled. */
  | { readonly kind: "disabled"; readonly host: string; readonly entry: PathEntry }
  /** 404: no path, or no API at all under the host. */
  | { readonly kind: "notFound"; readonly nearest: readonly PathEntry[]; readonly unknownHost: boolean }
  /** 400: the path holds an escaped slash. */
  | { readonly kind: "unsafe" };

/** The verdict on a request, by the order and the patterns that the gateway's routes are made from. */
export function verdictOn(apis: readonly ApiModel[], request: AskedRequest): Verdict {
  if (request.unsafe) return { kind: "unsafe" };
  const hosts = candidateHosts(apis, request.host).map((one) => ({ ...one, entries: pathEntries(one.apis) }));
  for (const { host, entries } of hosts) {
    const [entry, ...lost] = entries.filter((candidate) => answers(candidate, request));
    if (entry !== undefined) return verdictOf(host, entry, lost, request.method);
  }
  return {
    kind: "notFound",
    unknownHost: hosts.every(({ entries }) => entries.length === 0),
    nearest: nearestEntries(
      hosts.flatMap(({ entries }) => entries),
      request,
    ),
  };
}

function verdictOf(host: string, entry: PathEntry, lost: readonly PathEntry[], method: string): Verdict {
  if (entry.operations.length === 0) return { kind: "disabled", host, entry };
  const found = entry.operations.find((candidate) => answeredMethods(entry, candidate).includes(method));
  if (found !== undefined) return { kind: "operation", host, entry, found, lost };
  return { kind: method === "OPTIONS" ? "options" : "notAllowed", host, entry, allowed: allowedMethods(entry) };
}

function answers({ template, query }: PathEntry, request: AskedRequest): boolean {
  return (
    matchesPath(template, request.path) &&
    query.every(({ name, value }) => (value === undefined ? request.query.has(name) : request.query.getAll(name).includes(value)))
  );
}

function matchesPath(template: PathTemplate, path: string): boolean {
  const pattern = pathPattern(template);
  return "path" in pattern ? pattern.path === path : new RegExp(`^(?:${pattern.regex})$`, "u").test(path);
}
