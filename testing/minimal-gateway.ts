const type = (name: string) => ({ "@type": `type.googleapis.com/envoy.${name}` });

const watched = (path: string) => ({
  path_config_source: { path, watched_directory: { path: path.split("/")[0] } },
  resource_api_version: "V3",
});

/** Gateway files that answer every request on a port with one text: for tests of what starts, asks and stops Envoy. */
export function minimalGateway(port: number, body = "hello\n"): ReadonlyMap<string, string> {
  const bootstrap = {
    node: { id: "test", cluster: "test" },
    admin: { address: { pipe: { path: "run/admin.sock", mode: 0o600 } } },
    dynamic_resources: { lds_config: watched("mounted/listeners.json"), cds_config: watched("mounted/clusters.json") },
  };
  const connections = {
    ...type("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "main",
    access_log: [{ name: "stdout", typed_config: type("extensions.access_loggers.stream.v3.StdoutAccessLog") }],
    rds: { route_config_name: "main", config_source: watched("image/routes.json") },
    http_filters: [{ name: "router", typed_config: type("extensions.filters.http.router.v3.Router") }],
  };
  const listener = {
    ...type("config.listener.v3.Listener"),
    name: "main",
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [{ filters: [{ name: "connections", typed_config: connections }] }],
  };
  const files = {
    "mounted/bootstrap.json": bootstrap,
    "mounted/listeners.json": { resources: [listener] },
    "mounted/clusters.json": { resources: [] },
    "image/routes.json": { resources: [minimalRoutes(body)] },
  };
  return new Map(Object.entries(files).map(([path, content]) => [path, JSON.stringify(content)]));
}

function minimalRoutes(body: string) {
  const routes = [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: body } } }];
  return { ...type("config.route.v3.RouteConfiguration"), name: "main", virtual_hosts: [{ name: "all", domains: ["*"], routes }] };
}
