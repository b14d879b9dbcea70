import type { GatewayFiles } from "../src/compile/engine.ts";
import { discoveryFile } from "../src/compile/envoy/json.ts";
import { metricNames } from "../src/compile/envoy/metrics.ts";
import { routeConfigurationName } from "../src/compile/envoy/names.ts";
import { operationRoutes } from "../src/compile/envoy/operation-route.ts";
import { pathEntries } from "../src/compile/envoy/path-entry.ts";
import type { ApiModel } from "../src/model/api.ts";

/**
 * The gateway with one route that takes everything, and nothing else changed: what routing by a document is measured against. It is the last
 * operation's own route, so that logs and metrics have the same to do.
 */
export function withOneRoute(files: GatewayFiles, model: ApiModel): GatewayFiles {
  const entries = pathEntries([model]).flatMap((entry) => entry.operations.map((found) => ({ entry, found })));
  const last = entries.find(({ found }) => found.operation === model.operations.at(-1));
  const settings = {
    directMocks: new Set<never>(),
    metricNames: metricNames([model]),
    limits: new Map<never, never>(),
    debug: false,
    refusing: () => {},
  };
  const routes = last === undefined ? [] : operationRoutes(last.entry, last.found, ["GET"], settings);
  const one = {
    name: routeConfigurationName,
    virtual_hosts: [{ name: "*", domains: ["*"], routes: routes.map((route) => ({ ...route, match: { prefix: "/" } })) }],
  };
  return new Map([...files, ["image/routes.json", discoveryFile("envoy.config.route.v3.RouteConfiguration", [one])]]);
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
      JSON.stringify({ admin: { address: { pipe: { path: "run/admin.sock" } } }, static_resources: { listeners: [listener] } }),
    ],
  ]);
}
