import { answerHeaders, router } from "./answer-headers.ts";
import { type Message, typed } from "./json.ts";
import { localReplies } from "./local-replies.ts";
import { adminCluster } from "./names.ts";

/** GET and HEAD of a path without a query: what Envoy's admin does with a query is nobody's business here. */
const asked = (path: string): Message => ({
  path,
  headers: [
    { name: ":method", string_match: { safe_regex: { regex: "GET|HEAD" } } },
    { name: ":path", string_match: { exact: path } },
  ],
});

const toAdmin = (path: string, adminPath: string): Message => ({
  match: asked(path),
  route: { cluster: adminCluster, regex_rewrite: { pattern: { regex: "^.*$" }, substitution: adminPath } },
});

/** The second listener: whether the gateway lives, whether it is ready, and its metrics. Envoy's admin, behind it, is reachable for nothing else. */
export function monitoringListener({ host, port }: { readonly host: string; readonly port: number }): Message {
  const routes = [
    { match: asked("/livez"), direct_response: { status: 200, body: { inline_string: "ok\n" } } },
    toAdmin("/readyz", "/ready"),
    toAdmin("/metrics", "/stats/prometheus"),
  ];
  return {
    name: "monitoring",
    address: { socket_address: { address: host, port_value: port } },
    enable_reuse_port: false,
    filter_chains: [
      {
        filters: [
          {
            name: "http",
            typed_config: typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
              stat_prefix: "monitoring",
              route_config: { name: "monitoring", virtual_hosts: [{ name: "monitoring", domains: ["*"], routes }] },
              // Envoy's admin, too, says what program it is.
              http_filters: [answerHeaders("server"), router],
              local_reply_config: localReplies("problem"),
              use_remote_address: true,
              server_header_transformation: "PASS_THROUGH",
              normalize_path: true,
              request_headers_timeout: "5s",
              common_http_protocol_options: { idle_timeout: "60s" },
            }),
          },
        ],
      },
    ],
  };
}
