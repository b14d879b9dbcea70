import type { ErrorForm } from "../../model/error-form.ts";
import { ownAnswerHeader } from "../../model/gateway-error.ts";
import { ofEnvoy, router } from "./answer-headers.ts";
import { saidByProxies } from "./forged-headers.ts";
import { extension, type Message, overwriteHeader, typed, watchedFile } from "./json.ts";
import { localReplies } from "./local-replies.ts";
import {
  cacheCluster,
  cacheFolder,
  connectionManager,
  httpOptions,
  keptHeader,
  keptHeaders,
  keptRoutesName,
  uncachedCluster,
} from "./names.ts";
import { present } from "./path-match.ts";
import { queryFilter } from "./query-changes.ts";

/** What is kept in all (bytes). */
const mostBytes = 64 * 1024 ** 2;

/** As much as clients may ask for at once, more or less. */
const mostAtOnce = 10_000;
/** The client's and Envoy's own. */
const mostHeaders = 200;
const mostHeadersKb = 96;

const cacheFilter = "portico.cache";
/** Envoy's words for an answer that was kept (envoy: "Response Code Details"). */
const fromCache = "cache.response_from_cache_filter";
const headerMutation = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";
const forwardedFor = "x-forwarded-for";
/**
 * What the cache changes when it asks for an answer: it adds an address of its own, and asks whether what it has is still right. What it is told then it would take into what it keeps for
 * everybody, a cookie, too; so it gets an answer whole, and only a client's own question is asked.
 */
const asItCame = keptHeaders;
/** What a backend may make links of. */
const saidOfHosts = [
  "x-forwarded-proto",
  ...saidByProxies.filter((name) => name !== forwardedFor && !/ip$|cert$|^forwarded-for$/.test(name)),
];

const overwrite = (key: string, value: string): Message => ({
  append: { header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" },
});

/**
 * Where answers are kept: two listeners within Envoy. The first has the cache, whose own requests pass by every filter and route behind it (envoy: "Cache filter"), so what is done to
 * requests and answers there has a second one of its own.
 */
export const cacheListeners = (form: ErrorForm, trustedHops: number, credentialHeaders: readonly string[]): readonly Message[] => [
  inner(cacheCluster, form, {
    route_config: bypassing(credentialHeaders),
    http_filters: [noted, ...(trustedHops === 0 ? [] : [ownVary]), cache, router],
  }),
  inner(uncachedCluster, form, {
    rds: { route_config_name: keptRoutesName, config_source: watchedFile("image", `${keptRoutesName}.json`) },
    http_filters: [restored(trustedHops), collected, queryFilter, router],
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

/** Holds an answer back until all of it is there: Envoy's cache reads whatever comes, however slowly it is taken. */
const collected = extension("portico.cache.collected", "envoy.extensions.filters.http.lua.v3.Lua", {
  default_source_code: { inline_string: "function envoy_on_response(handle) handle:body() end" },
});

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
    request_mutations: asItCame.map((name) => overwrite(keptHeader(name), `%REQ(${name})%`)),
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

/** What answers vary by for the cache's sake alone is no client's business. */
const ownVary = extension("portico.cache.vary", "envoy.extensions.filters.http.lua.v3.Lua", {
  default_source_code: {
    inline_string: `
local own = {}
for name in (${JSON.stringify(saidOfHosts.join(","))}):gmatch("[^,]+") do own[name] = true end

function envoy_on_response(handle)
  local vary = handle:headers():get("vary")
  if vary == nil then return end
  local kept = {}
  for name in vary:gmatch("[^,%s]+") do
    if not own[name:lower()] then kept[#kept + 1] = name end
  end
  if #kept == 0 then handle:headers():remove("vary") else handle:headers():replace("vary", table.concat(kept, ", ")) end
end
`,
  },
});

/** What proxies in front say, where there are any, is no part of what an answer is kept under, but for this. */
const restored = (trustedHops: number): Message =>
  extension("portico.cache.restored", headerMutation, {
    mutations: {
      request_mutations: asItCame.flatMap((name) => [
        { remove: name },
        overwrite(name, `%REQ(${keptHeader(name)})%`),
        { remove: keptHeader(name) },
      ]),
      response_mutations: [
        ofEnvoy,
        ...(trustedHops === 0
          ? []
          : [{ append: { header: { key: "vary", value: saidOfHosts.join(", ") }, append_action: "APPEND_IF_EXISTS_OR_ADD" } }]),
      ],
    },
  });
