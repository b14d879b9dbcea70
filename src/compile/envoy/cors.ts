import type { Cors } from "../../model/cors.ts";
import { exactRegex } from "../../text/exact-regex.ts";
import { appendHeader, type Message, typed } from "./json.ts";

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

function originMatch(origin: string): Message {
  if (origin === "*") return { safe_regex: { regex: ".*" } };
  return origin.includes("*") ? { safe_regex: { regex: origin.split("*").map(exactRegex).join("[^./:]+") } } : { exact: origin };
}
