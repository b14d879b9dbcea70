import { ofEnvoy } from "./answer-headers.ts";
import { saidByProxies } from "./forged-headers.ts";
import { appendHeader, extension, type Message, overwriteWith, typed } from "./json.ts";
import { cacheFolder, keptHeader, keptHeaders } from "./names.ts";

/** What is kept in all (bytes). */
const mostBytes = 64 * 1024 ** 2;

/** The name of the cache itself: a route may switch it off. */
export const cacheFilter = "portico.cache";
/** Envoy's words for an answer that was kept (envoy: "Response Code Details"). */
const fromCache = "cache.response_from_cache_filter";
const headerMutation = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";
const forwardedFor = "x-forwarded-for";
/** What a backend may make links of. */
const saidOfHosts = [
  "x-forwarded-proto",
  ...saidByProxies.filter((name) => name !== forwardedFor && !/ip$|cert$|^forwarded-for$/.test(name)),
];

const overwrite = (key: string, value: string): Message => ({
  append: overwriteWith(key, value),
});

/** The filters of where answers are kept, and of what is behind that. */
export const keepingFilters = (trustedHops: number): readonly Message[] => [noted, ...(trustedHops === 0 ? [] : [ownVary]), cache];
export const fetchingFilters = (trustedHops: number): readonly Message[] => [restored(trustedHops), collected];

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
    request_mutations: keptHeaders.map((name) => overwrite(keptHeader(name), `%REQ(${name})%`)),
    response_mutations: [
      {
        append: appendHeader(
          "cache-status",
          `%CEL(response.code_details == ${JSON.stringify(fromCache)} ? "portico; hit" : "portico; fwd=miss")%`,
        ),
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
      request_mutations: keptHeaders.flatMap((name) => [
        { remove: name },
        overwrite(name, `%REQ(${keptHeader(name)})%`),
        { remove: keptHeader(name) },
      ]),
      response_mutations: [ofEnvoy, ...(trustedHops === 0 ? [] : [{ append: appendHeader("vary", saidOfHosts.join(", ")) }])],
    },
  });
