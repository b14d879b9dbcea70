import type { ApiModel } from "../../model/api.ts";
import type { ErrorForm } from "../../model/error-form.ts";
import { ownAnswerHeader } from "../../model/gateway-error.ts";
import { router } from "./answer-headers.ts";
import { cacheFilter, fetchingFilters, keepingFilters } from "./cache-filters.ts";
import { type Message, overwriteHeader, typed, watchedFile } from "./json.ts";
import { localReplies } from "./local-replies.ts";
import { cacheCluster, connectionManager, httpOptions, keptRoutesName, uncachedCluster } from "./names.ts";
import { present } from "./path-match.ts";
import { queryFilter } from "./query-changes.ts";

/** As much as clients may ask for at once, more or less. */
const mostAtOnce = 10_000;
/** The client's and Envoy's own. */
const mostHeaders = 200;
const mostHeadersKb = 96;

/** Whether a gateway of these APIs has a cache. */
export const keepsAnswers = (apis: readonly ApiModel[]): boolean => apis.some((api) => api.keepsAnswers === true);

/**
 * Where answers are kept: two listeners within Envoy. The first has the cache, whose own requests pass by every filter and route behind it (envoy: "Cache filter"), so what is done to
 * requests and answers there has a second one of its own.
 */
export const cacheListeners = (form: ErrorForm, trustedHops: number, credentialHeaders: readonly string[]): readonly Message[] => [
  inner(cacheCluster, form, {
    route_config: bypassing(credentialHeaders),
    http_filters: [...keepingFilters(trustedHops), router],
  }),
  inner(uncachedCluster, form, {
    rds: { route_config_name: keptRoutesName, config_source: watchedFile("image", `${keptRoutesName}.json`) },
    http_filters: [...fetchingFilters(trustedHops), queryFilter, router],
  }),
];

/** The clusters by which these listeners are reached. */
export const cacheClusters: readonly Message[] = [cacheCluster, uncachedCluster].map((name) => ({
  name,
  type: "STATIC",
  connect_timeout: "1s",
  circuit_breakers: { thresholds: [{ max_connections: mostAtOnce, max_requests: mostAtOnce, max_pending_requests: mostAtOnce }] },
  typed_extension_protocol_options: {
    [httpOptions]: typed(httpOptions, {
      common_http_protocol_options: { max_headers_count: mostHeaders, max_response_headers_kb: mostHeadersKb },
      explicit_http_config: { http2_protocol_options: {} },
    }),
  },
  load_assignment: {
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: { envoy_internal_address: { server_listener_name: name } } } }] }],
  },
}));

/** The client's listener has bounded everything already. */
const inner = (name: string, form: ErrorForm, config: Message): Message => ({
  name,
  internal_listener: {},
  filter_chains: [
    {
      filters: [
        {
          name: "http",
          typed_config: typed(connectionManager, {
            stat_prefix: name,
            codec_type: "HTTP2",
            use_remote_address: false,
            skip_xff_append: true,
            generate_request_id: false,
            server_header_transformation: "PASS_THROUGH",
            common_http_protocol_options: { max_headers_count: mostHeaders },
            max_request_headers_kb: mostHeadersKb,
            stream_idle_timeout: "0s",
            local_reply_config: { mappers: localReplies(form).mappers.map(asOwn) },
            ...config,
          }),
        },
      ],
    },
  ],
});

const onward = { route: { cluster: uncachedCluster, timeout: "0s" } };

/** Tells those before the cache that nothing of a backend's is in it. */
const asOwn = (mapper: Message): Message => ({
  ...mapper,
  headers_to_add: [...(Array.isArray(mapper.headers_to_add) ? mapper.headers_to_add : []), overwriteHeader(ownAnswerHeader, "true")],
});

/** Where people show who they are, whether somebody asks for it or not. */
const ofPeople = ["authorization", "cookie", "proxy-authorization"];

/** What a request says of who asks no cache can know: such a one passes by. */
const bypassing = (credentialHeaders: readonly string[]): Message => ({
  name: cacheCluster,
  virtual_hosts: [
    {
      name: "*",
      domains: ["*"],
      routes: [
        ...[...new Set([...ofPeople, ...credentialHeaders])].map((name) => ({
          match: { prefix: "/", headers: [present(name)] },
          ...onward,
          typed_per_filter_config: { [cacheFilter]: typed("envoy.config.route.v3.FilterConfig", { disabled: true }) },
        })),
        { match: { prefix: "/" }, ...onward },
      ],
    },
  ],
});
