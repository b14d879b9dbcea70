import type { QueryCondition } from "../../model/path.ts";
import type { Message } from "./json.ts";
import type { PathEntry } from "./path-entry.ts";
import { querySpellings } from "./pattern.ts";

/** The match of a route: a path's pattern, its conditions on the query, and conditions on headers (envoy: config.route.v3.RouteMatch). */
export function routeMatch({ pattern, query }: PathEntry, headers: readonly Message[]): Message {
  return {
    ...("path" in pattern ? { path: pattern.path } : { safe_regex: { regex: pattern.regex } }),
    ...(headers.length + query.length > 0 ? { headers: [...headers, ...query.map(queryMatch)] } : {}),
  };
}

/** A condition on the query, however it is written, and wherever it stands: Envoy's own matcher of a parameter reads it as it is, and the first of several alone. */
function queryMatch({ name, value }: QueryCondition): Message {
  const asked = value === undefined ? "(?:=[^&]*)?" : `=${querySpellings(value)}`;
  return { name: ":path", string_match: { safe_regex: { regex: `[^?]*\\?(?:.*&)?${querySpellings(name)}${asked}(?:&.*)?` } } };
}

/** A request with one of these methods. */
export const methodIs = (...methods: readonly string[]): Message => oneOf(":method", methods);

/** A request whose header is one of these methods. */
export function oneOf(name: string, methods: readonly string[]): Message {
  const [first] = methods;
  return { name, string_match: methods.length === 1 ? { exact: first } : { safe_regex: { regex: methods.join("|") } } };
}

/** A request that has a header, whatever is in it. */
export const present = (name: string): Message => ({ name, present_match: true });
