import type { Answer, ApiModel, Cache, Operation } from "../../model/api.ts";
import { ownAnswerHeader } from "../../model/gateway-error.ts";
import { noHeaderChanges } from "../../model/headers.ts";
import { backendAction, idleRule } from "./backend-route.ts";
import { field, headerChanges } from "./header-changes.ts";
import { appendHeader, type Message } from "./json.ts";
import { cacheCluster, keptRoutesName, unkeptHeader } from "./names.ts";
import type { EntryOperation, PathEntry } from "./path-entry.ts";
import { methodIs, routeMatch } from "./path-match.ts";
import { answeredMethods } from "./path-routes.ts";
import { queryRules } from "./query-changes.ts";
import { virtualHosts } from "./virtual-hosts.ts";

type BackendAnswer = Extract<Answer, { kind: "backend" }>;

/** An operation whose answers are kept comes from a backend. */
interface Kept {
  readonly found: EntryOperation;
  readonly answer: BackendAnswer;
  readonly cache: Cache;
}

function keptOf(found: EntryOperation): readonly Kept[] {
  const { answer, cache } = found.operation;
  return answer.kind === "backend" && cache !== undefined ? [{ found, answer, cache }] : [];
}

/** An answer is collected before it is kept, so that nobody's slowness fills memory or disk; a larger one is an error (bytes). Envoy's bound is the stream's, in both directions. */
const mostOfOne = 8 * 1024 ** 2;

/** What waits behind the cache for an answer is told first that its time is over. */
const patienceMs = 1_000;

/** A request for an answer that may be kept: it goes to the cache, as the client sent it, and from there to the backend where nothing is kept. */
export const keptAction = (operation: Operation, { timeoutMs }: BackendAnswer): Message => ({
  route: {
    cluster: cacheCluster,
    timeout: `${timeoutMs === 0 ? 0 : (timeoutMs + patienceMs) / 1000}s`,
    ...idleRule(operation, timeoutMs),
  },
});

/**
 * What is done with requests behind the cache: all that routes do to what backends see, for the key of what is kept is the client's request. Their paths, hosts and methods are those of
 * the gateway's own routes, so the same operation is found.
 */
export const keptRoutes = (apis: readonly ApiModel[]): Message => ({
  name: keptRoutesName,
  ignore_port_in_host_matching: true,
  virtual_hosts: virtualHosts(
    apis.map((api) => ({ ...api, operations: api.operations.filter(({ cache }) => cache !== undefined), disabledPaths: undefined })),
    (entry) => entry.operations.flatMap(keptOf).map((kept) => keptRoute(entry, kept)),
  ),
});

function keptRoute(entry: PathEntry, { found, answer, cache }: Kept): Message {
  const { api, operation } = found;
  const filters = queryRules(answer.rewrite);
  return {
    match: routeMatch(entry, [methodIs(...answeredMethods(entry, found))]),
    ...backendAction(api, operation, answer),
    ...headerChanges(operation.requestHeaders, noHeaderChanges),
    request_body_buffer_limit: mostOfOne,
    // No backend says that its answer is the gateway's own.
    response_headers_to_remove: [ownAnswerHeader],
    ...field("response_headers_to_add", [notForOthers, ...freshness(cache), ...cache.headers.map((name) => appendHeader("vary", name))]),
    ...(Object.keys(filters).length > 0 ? { typed_per_filter_config: filters } : {}),
  };
}

/**
 * An answer that sets a cookie is for the one who asked, and a part of one for who asked for that part; a cache may keep the first all the same (RFC 9111, section 7.3), and Envoy's keeps the second for who
 * wants the whole. Such a one varies by a header then that the cache knows nothing of: what its backend says to other caches stays as it is. An empty value adds nothing.
 */
const notForOthers = appendHeader(
  "vary",
  `%CEL("set-cookie" in response.headers || response.code == 206 || "content-range" in response.headers ? "${unkeptHeader}" : "")%`,
);

/** How long a good answer is fresh that does not say it itself. */
const freshness = ({ freshSeconds }: Cache): readonly Message[] =>
  freshSeconds === undefined
    ? []
    : [
        {
          header: {
            key: "cache-control",
            value: `%CEL(response.code >= 300 || "expires" in response.headers ? "" : "max-age=${freshSeconds}")%`,
          },
          append_action: "ADD_IF_ABSENT",
        },
      ];
