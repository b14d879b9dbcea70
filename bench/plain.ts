import type { GatewayFiles } from "../src/compile/engine.ts";

/**
 * The gateway with one route that takes everything, and nothing else changed: what routing by a document is measured against. Its route is the
 * first that has a cluster.
 */
export function withOneRoute(files: GatewayFiles): GatewayFiles {
  const routes = files.get("image/routes.json") ?? "";
  const [, cluster = ""] = /"cluster":"([^"]+)"/.exec(routes) ?? [];
  const one = {
    version_info: "one",
    resources: [
      {
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        name: "routes",
        virtual_hosts: [
          { name: "*", domains: ["*"], routes: [{ name: "one", match: { prefix: "/" }, route: { cluster, auto_host_rewrite: true } }] },
        ],
      },
    ],
  };
  return new Map([...files, ["image/routes.json", JSON.stringify(one)]]);
}

/** A backend that answers 200 as fast as Envoy can: one direct response. */
export function backendFiles(port: number): GatewayFiles {
  const http = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix: "backend",
    route_config: {
      virtual_hosts: [
        {
          name: "*",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } }],
        },
      ],
    },
    http_filters: [{ name: "router", typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" } }],
  };
  const listener = {
    name: "backend",
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [{ filters: [{ name: "http", typed_config: http }] }],
  };
  return new Map([
    [
      "mounted/bootstrap.json",
      JSON.stringify({ admin: { address: { pipe: { path: "admin.sock" } } }, static_resources: { listeners: [listener] } }),
    ],
  ]);
}
