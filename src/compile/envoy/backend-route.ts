import type { Answer, ApiModel, Operation, RewrittenPath } from "../../model/api.ts";
import type { Segment } from "../../model/path.ts";
import type { Message } from "./json.ts";
import { streamIdleSeconds } from "./listeners.ts";
import { clusterHeader, clusterName, mockCluster, ownMetadata } from "./names.ts";
import { segmentRegex } from "./pattern.ts";
import { retryPolicy } from "./retry-policy.ts";

/**
 * A request sent on to its backend, under the backend's host name, since a backend elsewhere answers under its own; the one that was asked
 * for is in X-Forwarded-Host. What the backend's
 * URL has before the path is in its cluster's metadata: an image knows nothing of addresses.
 */
export function backendAction(api: ApiModel, operation: Operation, answer: Extract<Answer, { kind: "backend" }>): Message {
  return {
    route: {
      ...clustersOf(api, answer),
      // It begins when the request is whole, which one that became a WebSocket is not before its end (envoy: RouteAction.timeout).
      timeout: `${answer.timeoutMs / 1000}s`,
      ...idleRule(operation, answer.timeoutMs),
      ...(answer.mirror === undefined ? {} : { request_mirror_policies: [mirrorPolicy(api, answer.mirror)] }),
      ...(answer.retry === undefined ? {} : { retry_policy: retryPolicy(answer.retry) }),
      auto_host_rewrite: true,
      append_x_forwarded_host: true,
      ...pathRewrite(api, answer),
      ...(operation.webSocket ? { upgrade_configs: [{ upgrade_type: "websocket" }] } : {}),
    },
  };
}

/** Where nobody's silence counts but that of the operation's own timeout. */
export const idleRule = (operation: Operation, timeoutMs: number): Message =>
  operation.isStream || mayBeSilent(operation, timeoutMs) ? { idle_timeout: "0s" } : {};

/** Whether an answer may take longer than the listener lets a stream be silent: then the operation's own timeout counts alone. */
const mayBeSilent = ({ webSocket }: Operation, timeoutMs: number): boolean =>
  !webSocket && (timeoutMs === 0 || timeoutMs > streamIdleSeconds * 1000);

/** The cluster, or those that get a share of the requests each (envoy: RouteAction.weighted_clusters). */
function clustersOf(api: ApiModel, { backends, sandbox }: Extract<Answer, { kind: "backend" }>): Message {
  if (sandbox !== undefined) return { cluster_header: clusterHeader };
  const [only, second] = backends;
  if (only !== undefined && second === undefined) return { cluster: clusterName(api.name, only.backend) };
  return { weighted_clusters: { clusters: backends.map(({ backend, weight }) => ({ name: clusterName(api.name, backend), weight })) } };
}

/** Copies have the Host of what they are copies of. */
const mirrorPolicy = (api: ApiModel, { backend, percent }: NonNullable<Extract<Answer, { kind: "backend" }>["mirror"]>): Message => ({
  cluster: clusterName(api.name, backend),
  runtime_fraction: { default_value: { numerator: percent, denominator: "HUNDRED" } },
  disable_shadow_host_suffix_append: true,
});

/** A cluster that an answer may come from. */
export const answerCluster = (api: ApiModel, answer: Answer): string =>
  answer.kind !== "backend" ? mockCluster : clusterName(api.name, answer.backends[0]?.backend ?? "");

/**
 * The path that the backend sees (envoy: RouteAction.path_rewrite, a format string; the query follows by itself). The base path is left out
 * by the number of its segments: the route matched it already, so no text of a document comes into an expression.
 */
function pathRewrite(api: ApiModel, { path, rewrite }: Extract<Answer, { kind: "backend" }>): Message {
  if (rewrite?.path !== undefined)
    return { path_rewrite: `${path === "same" ? plain(api.basePath) : ownPath}${rewrite.path.map(piece).join("")}` };
  if (path === "same") return {};
  const segments = path === "strip" ? api.basePath.split("/").length - 1 : 0;
  const rest = segments === 0 ? "%PATH(NQ:PATH)%" : `%CEL(${withoutSegments("request.url_path", segments)})%`;
  return { path_rewrite: `${ownPath}${rest}` };
}

/** What the backend's URL has before the path. */
const ownPath = `%METADATA(CLUSTER:${ownMetadata}:path)%`;

/** Text in a format string of Envoy's. */
const plain = (text: string): string => text.replaceAll("%", "%%");

/** A piece of a rewritten path, the request's own text where it stands for a parameter. */
function piece(one: RewrittenPath[number]): string {
  if (typeof one === "string") return plain(one);
  const { segment, before, after } = one;
  const rest = withoutSegments("request.url_path", segment);
  if (before.length + after.length === 0) return `%CEL(re.extract(${rest}, "^/([!-.0-~]+)(?:/(?s:.*))?$", "\\\\1"))%`;
  const regex = `"^/${inExpression(before)}(${noDots})${inExpression(after)}(?:/(?s:.*))?$"`;
  return `%CEL(${rest}.matches(${regex}) ? re.extract(${rest}, ${regex}, "\\\\1") : "-")%`;
}

/** What stands beside text and is not dots alone, which would lead elsewhere in a segment of their own (RFC 3986, section 5.2.4). */
const noDots = "[!-.0-~]*[!--0-~][!-.0-~]*";

/** What matches a part of a segment, in a text of CEL's in a format string: there a percent sign would be read as one of its own. */
const inExpression = (segment: Segment): string => segmentRegex(segment).replaceAll("\\", "\\\\").replaceAll("%", "\\\\x25");

/** Envoy takes only small regular expressions in CEL, and answers with nothing when one is too large: so many segments fit in one. */
const mostSegments = 8;

/** A CEL expression for a path without its first segments. */
function withoutSegments(path: string, segments: number): string {
  if (segments === 0) return path;
  const now = Math.min(segments, mostSegments);
  return withoutSegments(`re.extract(${path}, "^(?:/[!-.0-~]*){${now}}((?s:.*))$", "\\\\1")`, segments - now);
}
