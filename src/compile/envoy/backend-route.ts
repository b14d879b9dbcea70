import type { Answer, ApiModel, Operation } from "../../model/api.ts";
import type { Message } from "./json.ts";
import { clusterName } from "./names.ts";
import { literalRegex } from "./pattern.ts";

/**
 * A request sent on to its backend, with or without the API's base path (envoy: RouteAction.regex_rewrite), and under the backend's host
 * name, since a backend elsewhere answers under its own. What the backend's URL has before the path is the cluster's to add: an image
 * knows nothing of addresses.
 */
export function backendAction(api: ApiModel, operation: Operation, answer: Extract<Answer, { kind: "backend" }>): Message {
  return {
    route: {
      cluster: clusterName(api.name, answer.backend),
      timeout: operation.webSocket ? "0s" : `${answer.timeoutMs / 1000}s`,
      auto_host_rewrite: true,
      ...(answer.basePath === "strip" && api.basePath !== ""
        ? { regex_rewrite: { pattern: { regex: `^${literalRegex(api.basePath)}` }, substitution: "" } }
        : {}),
      ...(operation.webSocket ? { upgrade_configs: [{ upgrade_type: "websocket" }] } : {}),
    },
  };
}
