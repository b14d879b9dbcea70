import type { Answer, ApiModel, BackendPath, Operation } from "../../model/api.ts";
import type { Message } from "./json.ts";
import { clusterName, mockCluster, ownMetadata } from "./names.ts";

/**
 * A request sent on to its backend, under the backend's host name, since a backend elsewhere answers under its own. What the backend's
 * URL has before the path is in its cluster's metadata: an image knows nothing of addresses.
 */
export function backendAction(api: ApiModel, operation: Operation, answer: Extract<Answer, { kind: "backend" }>): Message {
  return {
    route: {
      cluster: answerCluster(api, answer),
      timeout: operation.webSocket ? "0s" : `${answer.timeoutMs / 1000}s`,
      auto_host_rewrite: true,
      ...pathRewrite(api, answer.path),
      ...(operation.webSocket ? { upgrade_configs: [{ upgrade_type: "websocket" }] } : {}),
    },
  };
}

/** The cluster that an answer comes from. */
export const answerCluster = (api: ApiModel, answer: Answer): string =>
  answer.kind === "mock" ? mockCluster : clusterName(api.name, answer.backend);

/** So many characters, whatever they are; RE2 counts to 1,000 at a time. */
const anyText = (length: number): string => `${".{1000}".repeat(Math.floor(length / 1000))}.{${length % 1000}}`;

/**
 * The path that the backend sees (envoy: RouteAction.path_rewrite, a format string; the query follows by itself). The base path is left out
 * by its length: the route matched it already, so no text of a document comes into an expression.
 */
function pathRewrite(api: ApiModel, path: BackendPath): Message {
  if (path === "same") return {};
  const skipped = path === "strip" ? api.basePath.length : 0;
  const rest = skipped === 0 ? "%PATH(NQ:PATH)%" : `%CEL(re.extract(request.url_path, "^${anyText(skipped)}((?s:.*))$", "\\\\1"))%`;
  return { path_rewrite: `%METADATA(CLUSTER:${ownMetadata}:path)%${rest}` };
}
