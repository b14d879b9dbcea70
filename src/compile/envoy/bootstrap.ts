import { extension, type Message, typed, watchedFile } from "./json.ts";
import { adminCluster, adminSocket, agentCluster, agentSocket, functionsCluster, httpOptions } from "./names.ts";

/** What Envoy starts with: where the rest is, its admin on a Unix socket, and when it is too busy. Never changes while it runs. */
export function bootstrap(neighbourhood = "portico"): Message {
  return {
    node: { id: "portico", cluster: neighbourhood },
    admin: { address: { pipe: { path: adminSocket, mode: 0o600 } } },
    dynamic_resources: { cds_config: watchedFile("mounted", "clusters.json"), lds_config: watchedFile("mounted", "listeners.json") },
    static_resources: {
      clusters: [
        {
          name: adminCluster,
          type: "STATIC",
          connect_timeout: "1s",
          load_assignment: {
            cluster_name: adminCluster,
            endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: adminSocket } } } }] }],
          },
        },
        agent(agentCluster),
        agent(functionsCluster),
      ],
    },
    // Where answers are kept listeners are reached from within.
    bootstrap_extensions: [
      extension("envoy.bootstrap.internal_listener", "envoy.extensions.bootstrap.internal_listener.v3.InternalListener"),
    ],
    typed_dns_resolver_config: nameResolver,
    overload_manager: overload(),
    layered_runtime: { layers: [{ name: "static", static_layer: { "re2.max_program_size.error_level": 1_000_000 } }] },
    stats_config: {
      histogram_bucket_settings: [
        { match: { safe_regex: { regex: ".*" } }, buckets: [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 60000] },
      ],
    },
  };
}

/**
 * A gateway begins to serve when each name of a backend is found or is not: a name server that is silent would keep all of it away for minutes. Tried twice, two
 * seconds and four, by IPv4 and by IPv6, a name is given up for now after twelve.
 */
const nameResolver = extension(
  "envoy.network.dns_resolver.cares",
  "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
  {
    query_timeout_seconds: 2,
    query_tries: 2,
  },
);

/** So many questions may be open at once: as many as a gateway has requests open, more or less. */
const mostQuestions = 10_000;

/** The policy agent, which is there where a policy needs it: gRPC over a Unix socket. */
const agent = (name: string): Message => ({
  name,
  type: "STATIC",
  connect_timeout: "1s",
  circuit_breakers: { thresholds: [{ max_requests: mostQuestions, max_pending_requests: mostQuestions }] },
  typed_extension_protocol_options: { [httpOptions]: typed(httpOptions, { explicit_http_config: { http2_protocol_options: {} } }) },
  load_assignment: {
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: agentSocket } } } }] }],
  },
});

const connectionMonitor = "envoy.resource_monitors.global_downstream_max_connections";
const heapMonitor = "envoy.resource_monitors.fixed_heap";

/** Before memory ends: give some back, end idle connections sooner, then take no more requests (envoy: "Overload manager"). */
function overload(): Message {
  return {
    refresh_interval: "0.25s",
    resource_monitors: [
      extension(heapMonitor, "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig", { max_heap_size_bytes: 2 * 1024 ** 3 }),
      extension(connectionMonitor, "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig", {
        max_active_downstream_connections: 50_000,
      }),
    ],
    actions: [
      { name: "envoy.overload_actions.shrink_heap", triggers: [{ name: heapMonitor, threshold: { value: 0.9 } }] },
      {
        name: "envoy.overload_actions.reduce_timeouts",
        triggers: [{ name: heapMonitor, scaled: { scaling_threshold: 0.85, saturation_threshold: 0.95 } }],
        typed_config: {
          "@type": "type.googleapis.com/envoy.config.overload.v3.ScaleTimersOverloadActionConfig",
          timer_scale_factors: [{ timer: "HTTP_DOWNSTREAM_CONNECTION_IDLE", min_timeout: "2s" }],
        },
      },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: [{ name: heapMonitor, threshold: { value: 0.95 } }] },
    ],
  };
}
