import type { TraceCollector } from "../engine.ts";
import { ofRoute } from "./access-log.ts";
import { extension, type Message } from "./json.ts";
import { collectorCluster } from "./names.ts";

/** Request headers that say which trace a request is part of (W3C Trace Context; Baggage). */
export const traceHeaders: readonly string[] = ["traceparent", "tracestate", "baggage"];

/**
 * Tells a collector of requests (OpenTelemetry, OTLP over gRPC; envoy: tracers.opentelemetry): a span for each, named by method and route as OpenTelemetry's conventions for HTTP say, and
 * below it one for what the backend was asked. Addresses are told without queries, where a credential may stand.
 */
export const tracing = ({ percent }: TraceCollector): Message => ({
  provider: extension("envoy.tracers.opentelemetry", "envoy.config.trace.v3.OpenTelemetryConfig", {
    service_name: "portico",
    grpc_service: { envoy_grpc: { cluster_name: collectorCluster }, timeout: "1s" },
  }),
  random_sampling: { value: percent },
  // A trace that a client began, or a header of Envoy's own, does not have more requests told.
  client_sampling: { value: 0 },
  overall_sampling: { value: percent },
  spawn_upstream_span: true,
  operation: `%REQ(:METHOD)% ${ofRoute("template")}`,
  upstream_operation: "%UPSTREAM_CLUSTER_RAW%",
  max_path_tag_length: 0,
  custom_tags: Object.entries(attributes).map(([tag, value]) => ({ tag, value })),
});

/** What a span says beside what Envoy writes down by itself (OpenTelemetry: "Semantic conventions for HTTP spans"). */
const attributes: Readonly<Record<string, string>> = {
  "http.route": ofRoute("template"),
  "url.path": "%PATH(NQ:ORIG_OR_PATH)%",
  "portico.api": ofRoute("api"),
  "portico.operation": ofRoute("operation"),
};
