import type { Cors } from "../../model/cors.ts";
import { exactRegex } from "../../text/exact-regex.ts";
import { appendHeader, type Message, overwriteHeader, overwriteWith, typed } from "./json.ts";
import type { RouteAction } from "./route-action.ts";

export const corsFilter = "envoy.filters.http.cors";

/**
 * The CORS policy of a route. The filter itself stands first in the chain, so that preflights pass before authentication
 * (envoy: http_filters/cors_filter). A request from another origin than these is served without CORS headers, which the browser refuses.
 * `methods` are those of this one operation: another one of the path has a policy of its own, and a browser remembers what it was told.
 */
export function corsPolicy(cors: Cors, methods: readonly string[]): Message {
  return typed("envoy.extensions.filters.http.cors.v3.CorsPolicy", {
    allow_origin_string_match: cors.origins.map(originMatch),
    allow_methods: methods.join(", "),
    allow_headers: cors.headers.join(", "),
    expose_headers: cors.exposedHeaders.join(", "),
    max_age: String(cors.maxAgeSeconds),
    allow_credentials: cors.credentials,
    forward_not_matching_preflights: false,
  });
}

/** The answer depends on who asks, which caches have to know (WHATWG Fetch, section 3.2.5). */
export const varyByOrigin = appendHeader("vary", "Origin");

/**
 * An action as it is for the origins of a policy, and for others. Envoy's filter passes over what a route answers by itself: there a route for these origins says what
 * the filter would, in whatever is answered on it.
 */
export function toOrigins(cors: Cors | undefined, action: RouteAction): readonly RouteAction[] {
  if (cors === undefined || action.action.direct_response === undefined) return [action];
  const isAllowed = { name: "origin", string_match: { safe_regex: { regex: cors.origins.map(originRegex).join("|") } } };
  const lateHeaders = [
    ...(action.lateHeaders ?? []),
    { append: overwriteWith("access-control-allow-origin", "%REQ(origin)%") },
    ...(cors.credentials ? [{ append: overwriteHeader("access-control-allow-credentials", "true") }] : []),
    ...(cors.exposedHeaders.length > 0
      ? [{ append: overwriteHeader("access-control-expose-headers", cors.exposedHeaders.join(", ")) }]
      : []),
  ];
  return [{ ...action, when: [...action.when, isAllowed], lateHeaders }, action];
}

const originMatch = (origin: string): Message =>
  origin.includes("*") ? { safe_regex: { regex: originRegex(origin) } } : { exact: origin };

const originRegex = (origin: string): string => (origin === "*" ? ".+" : origin.split("*").map(exactRegex).join("[^./:]+"));
