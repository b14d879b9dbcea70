import type { GatewayFiles } from "../src/compile/engine.ts";
import { discoveryFile, extension, type Message } from "../src/compile/envoy/json.ts";

/**
 * The same listener with the least that a person would write by hand to check tokens of the audience `pets` with the scope `read`: two filters, for every route.
 * Whether it refuses what Portico refuses is tested (tests/security/lean.test.ts).
 */
export function leanFiles(files: GatewayFiles, issuers: readonly { readonly issuer: string; readonly jwks: string }[]): GatewayFiles {
  const providers = Object.fromEntries(issuers.map(({ issuer, jwks }, index) => [`token${index}`, providerOf(issuer, jwks)] as const));
  const requirements = Object.keys(providers).map((provider_name) => ({ provider_name }));
  const [only = {}] = requirements;
  const looked = [
    extension("tokens", "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication", {
      providers,
      rules: [{ match: { prefix: "/" }, requires: requirements.length === 1 ? only : { requires_any: { requirements } } }],
    }),
    extension("scope", "envoy.extensions.filters.http.rbac.v3.RBAC", { rules: { action: "ALLOW", policies } }),
  ];
  const isOurs = ({ name }: Message): boolean => /^portico\./.test(String(name));
  const text = (file: string): string => files.get(file) ?? "";
  const listeners = JSON.parse(text("mounted/listeners.json"), (key, value) => {
    // Its refusals are Envoy's own.
    if (key === "local_reply_config") return undefined;
    if (key !== "http_filters" || !value.some(isOurs)) return value;
    return [...value.filter((filter: Message) => !isOurs(filter)).slice(0, -1), ...looked, value.at(-1)];
  });
  const routes = JSON.parse(text("image/routes.json"), (key, value) => (key === "typed_per_filter_config" ? undefined : value));
  return new Map([
    ...files,
    ["mounted/listeners.json", discoveryFile("envoy.config.listener.v3.Listener", listeners.resources)],
    ["image/routes.json", discoveryFile("envoy.config.route.v3.RouteConfiguration", routes.resources)],
  ]);
}

const providerOf = (issuer: string, jwks: string): Message => ({
  issuer,
  audiences: ["pets"],
  local_jwks: { inline_string: jwks },
  payload_in_metadata: "token",
  header_in_metadata: "header",
  normalize_payload_in_metadata: { space_delimited_claims: ["scope"] },
  require_expiration: true,
  // The scope's filter looks at the header once more; routes take it out.
  forward: true,
  from_headers: ["Bearer ", "bearer "].map((value_prefix) => ({ name: "authorization", value_prefix })),
  jwt_cache_config: { jwt_cache_size: 10_000 },
});

const found = (path: readonly string[], value: Message): Message => ({
  sourced_metadata: { metadata_matcher: { filter: "envoy.filters.http.jwt_authn", path: path.map((key) => ({ key })), value } },
});

const algorithms = ["RS256", "PS256", "ES256", "EdDSA"];
/** Envoy takes a token out of whatever stands around it. */
const alone = { header: { name: "authorization", string_match: { safe_regex: { regex: "(?i:bearer) *[A-Za-z0-9._~+/-]+=*" } } } };
const rules = [
  alone,
  found(["header", "alg"], { or_match: { value_matchers: algorithms.map((exact) => ({ string_match: { exact } })) } }),
  { not_rule: found(["header", "crit"], { present_match: true }) },
  found(["token", "scope"], { list_match: { one_of: { string_match: { exact: "read" } } } }),
];
const policies = { scope: { permissions: [{ and_rules: { rules } }], principals: [{ any: true }] } };
