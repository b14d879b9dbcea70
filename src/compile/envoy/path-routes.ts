import { answerCluster } from "./backend-route.ts";
import { corsFilter, corsPolicy } from "./cors.ts";
import { errors } from "./errors.ts";
import type { Message } from "./json.ts";
import { operationRoutes, type RouteSettings, routeIdentity } from "./operation-route.ts";
import type { EntryOperation, PathEntry } from "./path-entry.ts";
import { methodIs, oneOf, present, routeMatch } from "./path-match.ts";

/**
 * All routes of one path, in the order in which they are tried: preflights, the operations, OPTIONS and what is not allowed. HEAD is
 * answered as GET is and OPTIONS by the gateway, unless the document has operations for them (RFC 9110, sections 9.3.2 and 9.3.7). A path whose
 * operations are disabled is not found.
 */
export function pathRoutes(entry: PathEntry, settings: RouteSettings): readonly Message[] {
  if (entry.operations.length === 0) return [{ ...notFoundRoute, match: routeMatch(entry, []) }];
  const allowed = allowedMethods(entry);
  return [
    ...preflights(entry, allowed, settings),
    ...entry.operations.flatMap((found) => operationRoutes(entry, found, answeredMethods(entry, found), settings)),
    ...(methodsOf(entry).has("OPTIONS") ? [] : [optionsRoute(entry, allowed)]),
    notAllowed(entry, allowed),
  ];
}

const methodsOf = ({ operations }: PathEntry): ReadonlySet<string> => new Set(operations.map(({ operation }) => operation.method));

/** The methods that a path answers, as its Allow header names them. */
export function allowedMethods(entry: PathEntry): readonly string[] {
  const methods = methodsOf(entry);
  return [
    ...methods,
    ...(methods.has("GET") && !methods.has("HEAD") ? ["HEAD"] : []),
    ...(methods.has("OPTIONS") ? [] : ["OPTIONS"]),
  ].toSorted();
}

/** The methods that one operation of a path answers. */
export const answeredMethods = (entry: PathEntry, { operation }: EntryOperation): readonly string[] =>
  operation.method === "GET" && !methodsOf(entry).has("HEAD") ? ["GET", "HEAD"] : [operation.method];

/** Preflights of a path. Where one of its operations has a policy, no other answers for it: neither a documented OPTIONS nor the backend. */
function preflights(entry: PathEntry, allowed: readonly string[], settings: RouteSettings): readonly Message[] {
  const answered = entry.operations.flatMap((found) => preflight(entry, found, settings));
  if (answered.length === 0 || !methodsOf(entry).has("OPTIONS")) return answered;
  const isPreflight = [methodIs("OPTIONS"), present("origin"), present("access-control-request-method")];
  return [...answered, { ...optionsRoute(entry, allowed), match: routeMatch(entry, isPreflight) }];
}

/** A browser's question before a request of another origin (WHATWG Fetch, section 3.2.2): the CORS filter answers it by this route's policy. */
function preflight(entry: PathEntry, found: EntryOperation, settings: RouteSettings): readonly Message[] {
  const { cors } = found.operation;
  if (cors === undefined) return [];
  return [
    {
      ...routeIdentity(found, settings),
      match: routeMatch(entry, [
        methodIs("OPTIONS"),
        // The filter passes over what has no origin, or an empty one: that is no preflight, and must not come here.
        { name: "origin", string_match: { safe_regex: { regex: ".+" } } },
        oneOf("access-control-request-method", answeredMethods(entry, found)),
      ]),
      // Never reached: the filter answers every preflight. It passes over routes that answer directly, so this one names a cluster.
      route: { cluster: answerCluster(found.api, found.operation.answer) },
      typed_per_filter_config: { [corsFilter]: corsPolicy(cors, answeredMethods(entry, found)) },
    },
  ];
}

const optionsRoute = (entry: PathEntry, allowed: readonly string[]): Message => ({
  match: routeMatch(entry, [methodIs("OPTIONS")]),
  direct_response: { status: 204 },
  response_headers_to_add: [allow(allowed)],
});

const notAllowed = (entry: PathEntry, allowed: readonly string[]): Message => ({
  match: routeMatch(entry, []),
  direct_response: { status: errors.methodNotAllowed.status },
  response_headers_to_add: [allow(allowed)],
});

const allow = (methods: readonly string[]): Message => ({ header: { key: "allow", value: methods.join(", ") } });

/** What ends every list of routes. */
export const notFoundRoute: Message = {
  match: { prefix: "/" },
  direct_response: { status: errors.notFound.status },
};
