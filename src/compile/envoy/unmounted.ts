import type { Environment } from "../engine.ts";
import { answerHeaders, router } from "./answer-headers.ts";
import { statusIs } from "./details.ts";
import { errors, problemBody, requestIdHeader } from "./errors.ts";
import { type Message, typed } from "./json.ts";

/**
 * What Envoy starts with in an image that runs with nothing mounted: every request gets an error that says what is missing, and the gateway
 * lives, but is not ready. The environment's files take this one's place.
 */
export function unmountedBootstrap({ listener, monitoring }: Pick<Environment, "listener" | "monitoring">): Message {
  const { status } = errors.notMounted;
  const missing = { match: { prefix: "/" }, direct_response: { status, body: { inline_string: " " } } };
  const lives = { match: { path: "/livez" }, direct_response: { status: 200, body: { inline_string: "ok\n" } } };
  return {
    node: { id: "portico", cluster: "portico" },
    static_resources: { listeners: [answering("gateway", listener, [missing]), answering("monitoring", monitoring, [lives, missing])] },
  };
}

const answering = (
  name: string,
  { host, port }: { readonly host: string; readonly port: number },
  routes: readonly Message[],
): Message => ({
  name,
  address: { socket_address: { address: host, port_value: port } },
  filter_chains: [
    {
      filters: [
        {
          name: "http",
          typed_config: typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
            stat_prefix: name,
            route_config: { name, virtual_hosts: [{ name, domains: ["*"], routes }] },
            local_reply_config: {
              mappers: [
                {
                  filter: statusIs("EQ", errors.notMounted.status),
                  headers_to_add: requestIdHeader,
                  body_format_override: problemBody(errors.notMounted),
                },
              ],
            },
            server_header_transformation: "PASS_THROUGH",
            http_filters: [answerHeaders(), router],
          }),
        },
      ],
    },
  ],
});
