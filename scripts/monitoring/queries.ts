// What is asked of Prometheus: the panels of the dashboard and the alerts. Labels are APIs, operations (the first 500 of a gateway), kinds and reasons: few, however many requests there are.

import { countedTogether } from "../../src/model/limit.ts";

/** A query of a panel, and how each of its series is called. */
interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  /** As Grafana writes it: `reqps`, `ms`, `s`, `bytes`, `percentunit`, `short`. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Alert {
  readonly name: string;
  readonly expr: string;
  /** How long it must be so, as Prometheus writes it. */
  readonly lasting: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  /** What to look at, and where it is written. */
  readonly description: string;
}

/** Grafana's own word for a time that has several scrapes in it. */
const window = "$__rate_interval";

/** Clusters of backends are called `API/backend`; those of the gateway's own parts have no slash. */
const ofBackends = 'envoy_cluster_name=~".+/.+"';

const rate = (metric: string, by: string, over = window): string => `sum by (${by}) (rate(${metric}[${over}]))`;

const quantile = (share: number, metric: string, by: string, over = window): string =>
  `histogram_quantile(${share}, ${rate(metric, `${by}, le`, over)})`;

/** Errors of the service that counts, by kinds of limits: series of several names at once would be one to Prometheus. */
const uncounted = (over: string): string =>
  countedTogether
    .flatMap((counted) => ["open", "closed"].map((onFailure) => `envoy_cluster_ratelimit_${counted}_${onFailure}_error`))
    .map((metric) => `(sum(rate(${metric}[${over}])) or vector(0))`)
    .join(" + ");

/** What a gateway reads from files. */
const subscriptions = ["cluster_manager_cds", "listener_manager_lds", "http_rds"];

export const rows: readonly Row[] = [
  {
    title: "APIs",
    panels: [
      {
        title: "Requests",
        description: "By operation, whoever answered.",
        unit: "reqps",
        queries: [
          { expr: rate("envoy_portico_requests", "portico_api, portico_operation"), legend: "{{portico_api}} {{portico_operation}}" },
        ],
      },
      {
        title: "Answers by status",
        description: "What clients got.",
        unit: "reqps",
        queries: [{ expr: rate("envoy_portico_requests", "portico_api, code"), legend: "{{portico_api}} {{code}}" }],
      },
      {
        title: "Duration",
        description: "From a request's begin to its answer's end: half of them, and all but one of a hundred.",
        unit: "ms",
        queries: [
          { expr: quantile(0.5, "envoy_portico_request_duration_bucket", "portico_api"), legend: "{{portico_api}} p50" },
          { expr: quantile(0.99, "envoy_portico_request_duration_bucket", "portico_api"), legend: "{{portico_api}} p99" },
        ],
      },
      {
        title: "Refused",
        description: "Requests that were not let in, by the kind of reason: credentials, limits, addresses.",
        unit: "reqps",
        queries: [{ expr: rate("envoy_portico_refusals", "portico_api, reason"), legend: "{{portico_api}} {{reason}}" }],
      },
    ],
  },
  {
    title: "Backends",
    panels: [
      {
        title: "Addresses that are well",
        description: "By the gateway's own health checks and by what requests met; all of them where neither looks.",
        unit: "short",
        queries: [
          { expr: `min by (envoy_cluster_name) (envoy_cluster_membership_healthy{${ofBackends}})`, legend: "{{envoy_cluster_name}}" },
        ],
      },
      {
        title: "Duration of backends",
        description: "From what was sent to them to the end of their answers: all but one of a hundred.",
        unit: "ms",
        queries: [
          {
            expr: quantile(0.99, `envoy_cluster_upstream_rq_time_bucket{${ofBackends}}`, "envoy_cluster_name"),
            legend: "{{envoy_cluster_name}} p99",
          },
        ],
      },
      {
        title: "Sent again, or not at all",
        description: "Repetitions, and requests for which there was no room (circuit breaker).",
        unit: "reqps",
        queries: [
          { expr: rate(`envoy_cluster_upstream_rq_retry{${ofBackends}}`, "envoy_cluster_name"), legend: "{{envoy_cluster_name}} again" },
          {
            expr: rate(`envoy_cluster_upstream_rq_pending_overflow{${ofBackends}}`, "envoy_cluster_name"),
            legend: "{{envoy_cluster_name}} no room",
          },
        ],
      },
      {
        title: "Limits that could not be counted",
        description: "The service that counts for all gateways gave no answer in time.",
        unit: "reqps",
        queries: [{ expr: uncounted(window), legend: "uncounted" }],
      },
    ],
  },
  {
    title: "Gateways",
    panels: [
      {
        title: "Connections",
        description: "Open connections of clients, over all gateways that are scraped.",
        unit: "short",
        queries: [
          {
            expr: 'sum by (instance) (envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix!="monitoring"})',
            legend: "{{instance}}",
          },
        ],
      },
      {
        title: "Memory",
        description: "What Envoy has allocated.",
        unit: "bytes",
        queries: [{ expr: "sum by (instance) (envoy_server_memory_allocated)", legend: "{{instance}}" }],
      },
    ],
  },
  {
    title: "The operator",
    panels: [
      {
        title: "Work",
        description: "How often objects were worked on, and how that ended.",
        unit: "ops",
        queries: [{ expr: rate("portico_reconciles_total", "kind, outcome"), legend: "{{kind}} {{outcome}}" }],
      },
      {
        title: "Duration of work",
        description: "All but one of a hundred.",
        unit: "s",
        queries: [{ expr: quantile(0.99, "portico_reconcile_seconds_bucket", "kind"), legend: "{{kind}} p99" }],
      },
      {
        title: "Images",
        description: "Looked for, or built.",
        unit: "ops",
        queries: [{ expr: rate("portico_build_seconds_count", "builder, outcome"), legend: "{{builder}} {{outcome}}" }],
      },
      {
        title: "Waiting",
        description: "Objects that wait for work, or are worked on.",
        unit: "short",
        queries: [{ expr: "sum by (instance) (portico_queue_depth)", legend: "{{instance}}" }],
      },
    ],
  },
];

const page = "See docs/monitoring.md.";

export const alerts: readonly Alert[] = [
  {
    name: "PorticoApiFails",
    expr: `${rate('envoy_portico_requests{code=~"5.."}', "portico_api", "5m")} / ${rate("envoy_portico_requests", "portico_api", "5m")} > 0.05`,
    lasting: "5m",
    severity: "critical",
    summary: "One of twenty requests to {{ $labels.portico_api }} is answered 5xx",
    description: `Look which operations it is, and whether their backends are well. ${page}`,
  },
  {
    name: "PorticoApiSlow",
    expr: `${quantile(0.99, "envoy_portico_request_duration_bucket", "portico_api", "5m")} > 1000`,
    lasting: "10m",
    severity: "warning",
    summary: "One of a hundred requests to {{ $labels.portico_api }} takes longer than a second",
    description: `Hold it against the duration of its backends. ${page}`,
  },
  {
    name: "PorticoBackendAway",
    expr: `min by (envoy_cluster_name) (envoy_cluster_membership_healthy{${ofBackends}}) == 0`,
    lasting: "1m",
    severity: "critical",
    summary: "No address of {{ $labels.envoy_cluster_name }} is well",
    description: `Requests to it are answered 503. ${page}`,
  },
  {
    name: "PorticoManyRefused",
    expr: `${rate("envoy_portico_refusals", "portico_api, reason", "5m")} > 10`,
    lasting: "10m",
    severity: "warning",
    summary: "{{ $labels.portico_api }} refuses more than ten requests a second: {{ $labels.reason }}",
    description: `Somebody guesses, or a client's credential ended, or its limit is too low. The access log has the addresses. ${page}`,
  },
  {
    name: "PorticoLimitsUncounted",
    expr: `${uncounted("5m")} > 0`,
    lasting: "2m",
    severity: "warning",
    summary: "Limits are not counted across gateways",
    description: `The rate limit service or its Redis gives no answer in time: such limits let all through, or refuse all, as they say. ${page}`,
  },
  {
    name: "PorticoConfigurationRefused",
    expr: subscriptions.map((one) => `sum by (instance) (increase(envoy_${one}_update_rejected[10m])) > 0`).join(" or "),
    lasting: "0m",
    severity: "critical",
    summary: "The gateway {{ $labels.instance }} did not take its configuration",
    description: `It goes on with the one before. Its log says why. ${page}`,
  },
  {
    name: "PorticoWorkFails",
    expr: `${rate('portico_reconciles_total{outcome="failed"}', "kind", "10m")} > 0`,
    lasting: "10m",
    severity: "warning",
    summary: "The operator fails in a way that nobody thought of, at objects of the kind {{ $labels.kind }}",
    description: `Its log has what happened; please report it. ${page}`,
  },
  {
    name: "PorticoBuildsFail",
    expr: `${rate('portico_build_seconds_count{outcome="failed"}', "builder", "15m")} > 0`,
    lasting: "5m",
    severity: "warning",
    summary: "Images are not built ({{ $labels.builder }})",
    description: `kubectl get apis says of which APIs, and why. ${page}`,
  },
  {
    name: "PorticoWorkWaits",
    expr: "sum by (instance) (portico_queue_depth) > 100",
    lasting: "10m",
    severity: "warning",
    summary: "More than a hundred objects wait for the operator",
    description: `Hold the duration of its work against the cluster's and the registry's answers. ${page}`,
  },
];
