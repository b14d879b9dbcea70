import { segmentRegex } from "../../compile/envoy/pattern.ts";
import { written } from "../../compile/envoy/query-changes.ts";
import type { Answer, ApiModel, PathValue, Rewrite } from "../../model/api.ts";
import type { AskedRequest } from "./asked-request.ts";

/** The path and query that a backend is asked for, behind what its URL has before them. */
export function askedPath(request: AskedRequest, api: ApiModel, { path, rewrite }: Extract<Answer, { kind: "backend" }>): string {
  const search = rewrite === undefined ? request.search : searchOf(request.search, rewrite);
  if (rewrite?.path !== undefined) {
    const text = rewrite.path.map((piece) => (typeof piece === "string" ? piece : textOf(request.path, piece))).join("");
    return `${path === "same" ? api.basePath : ""}${text}${search}`;
  }
  return `${path === "strip" ? request.path.slice(api.basePath.length) : request.path}${search}`;
}

function textOf(path: string, { segment, before, after }: PathValue): string {
  const text = path.split("/")[segment + 1] ?? "";
  return new RegExp(`^${segmentRegex(before)}([^/]+)${segmentRegex(after)}$`).exec(text)?.[1] ?? "";
}

function searchOf(search: string, { removeQuery, setQuery }: Rewrite): string {
  const gone = new Set([...removeQuery, ...setQuery.map(({ name }) => name)]);
  const kept = search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "" && !gone.has(decoded(pair.split("=")[0] ?? "")));
  const pairs = [...kept, ...setQuery.map(({ name, value }) => `${written(name)}=${written(value)}`)];
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** A name as the gateway reads it: what is no octet's encoding stays. */
function decoded(name: string): string {
  const bytes = Buffer.from(
    name.replaceAll("+", " ").replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16))),
    "latin1",
  );
  return bytes.toString("utf8");
}
