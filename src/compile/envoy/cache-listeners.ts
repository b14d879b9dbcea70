import type { ErrorForm } from "../../model/error-form.ts";
import { ofEnvoy, router } from "./answer-headers.ts";
import { saidByProxies } from "./forged-headers.ts";
import { extension, type Message, typed, watchedFile } from "./json.ts";
import { localReplies } from "./local-replies.ts";
import { cacheCluster, cacheFolder, connectionManager, httpOptions, keptRoutesName, uncachedCluster } from "./names.ts";
import { present } from "./path-match.ts";
import { queryFilter } from "./query-changes.ts";

/** What is kept in all (bytes). */
const mostBytes = 64 * 1024 ** 2;

/** As much as clients may ask for at once, more or less. */
const mostAtOnce = 10_000;
/** The client's and Envoy's own. */
const mostHeaders = 200;

const cacheFilter = "portico.cache";
/** Envoy's words for an answer that was kept (envoy: "Response Code Details"). */
const fromCache = "cache.response_from_cache_filter";
const headerMutation = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";
const forwardedFor = "x-forwarded-for";
/** X-Forwarded-For as it came: Envoy's cache adds an address of its own to it when it asks for an answer. */
const forwardedForOfClient = "portico-forwarded-for";
/** What a backend may make links of. */
const saidOfHosts = saidByProxies.filter((name) => name !== forwardedFor && !/ip$|cert$|^forwarded-for$/.test(name));

const overwrite = (key: string, value: string): Message => ({
  append: { header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" },
});

/**
 * Where answers are kept: two listeners within Envoy. The first has the cache, whose own requests pass by every filter and route behind it (envoy: "Cache filter"), so what is done to
 * requests and answers there has a second one of its own.
 */
export const cacheListeners = (form: ErrorForm, trustedHops: number): readonly Message[] => [
  inner(cacheCluster, form, { route_config: bypassing, http_filters: [noted, cache, router] }),
  inner(uncachedCluster, form, {
    rds: { route_config_name: keptRoutesName, config_source: watchedFile("image", `${keptRoutesName}.json`) },
    http_filters: [restored(trustedHops), queryFilter, router],
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
      common_http_protocol_options: { max_headers_count: mostHeaders },
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
            max_request_headers_kb: 96,
            stream_idle_timeout: "0s",
            local_reply_config: localReplies(form),
            ...config,
          }),
        },
      ],
    },
  ],
});

const onward = { route: { cluster: uncachedCluster, timeout: "0s" } };

/** What cookies say of who asks no cache can know: such a request passes by. One with Authorization does so by Envoy's own rule. */
const bypassing: Message = {
  name: cacheCluster,
  virtual_hosts: [
    {
      name: "*",
      domains: ["*"],
      routes: [
        {
          match: { prefix: "/", headers: [present("cookie")] },
          ...onward,
          typed_per_filter_config: { [cacheFilter]: typed("envoy.config.route.v3.FilterConfig", { disabled: true }) },
        },
        { match: { prefix: "/" }, ...onward },
      ],
    },
  ],
};

/** Envoy's cache (its first: the second one keeps no answer with Vary), which is work in progress there. */
const cache = extension(cacheFilter, "envoy.extensions.filters.http.cache.v3.CacheConfig", {
  // All names but `*`, which stands for anything (RFC 9110, section 12.5.5), and those with an asterisk in them, such as that of what is not to be kept.
  allowed_vary_headers: [{ safe_regex: { regex: "[^*]+" } }],
  typed_config: typed("envoy.extensions.http.cache.file_system_http_cache.v3.FileSystemHttpCacheConfig", {
    manager_config: { thread_pool: { thread_count: 1 } },
    cache_path: cacheFolder,
    max_cache_size_bytes: mostBytes,
  }),
});

/** Says in the answer whether it was kept (RFC 9211), and notes what is to be restored. */
const noted = extension("portico.cache.noted", headerMutation, {
  mutations: {
    request_mutations: [overwrite(forwardedForOfClient, `%REQ(${forwardedFor})%`)],
    response_mutations: [
      {
        append: {
          header: {
            key: "cache-status",
            value: `%CEL(response.code_details == ${JSON.stringify(fromCache)} ? "portico; hit" : "portico; fwd=miss")%`,
          },
          append_action: "APPEND_IF_EXISTS_OR_ADD",
        },
      },
    ],
  },
});

/** What proxies in front say, where there are any, is no part of what an answer is kept under, but for this. */
const restored = (trustedHops: number): Message =>
  extension("portico.cache.restored", headerMutation, {
    mutations: {
      request_mutations: [overwrite(forwardedFor, `%REQ(${forwardedForOfClient})%`), { remove: forwardedForOfClient }],
      response_mutations: [
        ofEnvoy,
        ...(trustedHops === 0
          ? []
          : [{ append: { header: { key: "vary", value: saidOfHosts.join(", ") }, append_action: "APPEND_IF_EXISTS_OR_ADD" } }]),
      ],
    },
  });
