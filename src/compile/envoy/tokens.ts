import { remoteKeys } from "../../model/issuer-keys.ts";
import { readKeys, usableKeys } from "../../model/key-set.ts";
import type { CredentialLocation, CredentialSet, Issuer, TokenVerifier, Verifier } from "../../model/security.ts";
import { entryOf, type Values } from "../../model/values.ts";
import { failedTokens, prefixes, setName, tokenHeader, tokensFilter } from "./credential-names.ts";
import { discoveryFile, extension, type Message } from "./json.ts";

const filter = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication";

/**
 * The filter that verifies tokens (envoy: jwt_authn). It refuses nobody: it leaves the claims of genuine tokens for the decision, and says of others
 * why they are none. So alternatives are what OpenAPI says, and a bad credential is no obstacle beside a good one.
 */
export function tokensFile(verifiers: readonly Verifier[], sets: readonly CredentialSet[], values: Values): string {
  const providers = verifiers.flatMap((verifier) =>
    (verifier.tokens?.issuers ?? []).flatMap((issuer, index) => {
      const keys = keysOf(issuer, values);
      if (keys === undefined) return [];
      const { security, locations } = verifier;
      const provider = { ...providerOf(verifier, verifier.tokens, issuer), ...keys };
      return [{ name: `${security}/${index}`, security, issuer: issuer.issuer, locations, provider }];
    }),
  );
  const believers = byIssuer(providers);
  const place = (index: number): string => failedTokens[providers.length <= failedTokens.length ? index : 0] ?? "";
  const config = {
    providers: Object.fromEntries(
      providers.map(({ name, provider }, index) => [name, { ...provider, failed_status_in_metadata: place(index) }] as const),
    ),
    requirement_map: Object.fromEntries(
      tokenSets(verifiers, sets).map((set) => {
        const asked = providers.filter(({ security }) => set.includes(security));
        return [setName(set), requirementOf(asked, believers)] as const;
      }),
    ),
  };
  return discoveryFile("envoy.config.core.v3.TypedExtensionConfig", [extension(tokensFilter, filter, config)]);
}

/** Of each set the Securities whose credentials are tokens: a route has no others asked. */
function tokenSets(verifiers: readonly Verifier[], sets: readonly CredentialSet[]): readonly CredentialSet[] {
  const takingTokens = new Set(verifiers.flatMap(({ security, tokens }) => (tokens === undefined ? [] : [security])));
  const found = sets.map((set) => set.filter((name) => takingTokens.has(name))).filter(({ length }) => length > 0);
  return [...new Map(found.map((set) => [setName(set), set] as const)).values()];
}

/**
 * A few providers are asked by name, one after the other: what Envoy remembers of tokens it looks up by their provider. Of many, `allow_missing_or_failed`
 * alone finds a token's by its issuer, in one step, and remembers nothing; where several Securities believe one issuer, it finds any of them, and all of
 * those are asked by name. Where one of these is not asked at all, or looks in other places, it would take that one's word for a token, or take a token out of that one's place: then all are
 * asked by name.
 */
function requirementOf(providers: readonly Provider[], believers: ReadonlyMap<string, readonly Provider[]>): Message {
  if (providers.length === 1 && providers[0]) return orNone(providers[0]);
  const believersOf = ({ issuer }: Provider): readonly Provider[] => believers.get(issuer) ?? [];
  const places = (one: Provider): string => JSON.stringify(one.locations);
  const isTorn = providers.some((one) => believersOf(one).some((other) => !providers.includes(other) || places(other) !== places(one)));
  if (providers.length > 0 && (isTorn || providers.length <= failedTokens.length))
    return { requires_all: { requirements: providers.map(orNone) } };
  const shared = providers.filter((one) => believersOf(one).length > 1).map(orNone);
  return shared.length === 0
    ? { allow_missing_or_failed: {} }
    : { requires_all: { requirements: [{ allow_missing_or_failed: {} }, ...shared] } };
}

/** The providers for each issuer. */
function byIssuer(providers: readonly Provider[]): ReadonlyMap<string, readonly Provider[]> {
  const found = new Map<string, Provider[]>();
  for (const one of providers) found.set(one.issuer, [...(found.get(one.issuer) ?? []), one]);
  return found;
}

/** A provider of Envoy's: one issuer, as one Security believes it. */
interface Provider {
  readonly name: string;
  readonly security: string;
  readonly issuer: string;
  readonly locations: readonly CredentialLocation[];
  readonly provider: Message;
}

const orNone = ({ name }: { readonly name: string }): Message => ({
  requires_any: { requirements: [{ provider_name: name }, { allow_missing_or_failed: {} }] },
});

function providerOf({ security, locations }: Verifier, tokens: TokenVerifier | undefined, issuer: Issuer): Message {
  return {
    issuer: issuer.issuer,
    ...(issuer.audiences.length > 0 ? { audiences: issuer.audiences } : {}),
    ...locationFields(locations),
    // Others may still have to see it: what the backend is not to see is taken out after all have looked.
    forward: true,
    payload_in_metadata: security,
    header_in_metadata: tokenHeader(security),
    normalize_payload_in_metadata: { space_delimited_claims: tokens?.scopeClaims ?? [] },
    require_expiration: true,
    // Nothing is the default of a minute to Envoy.
    clock_skew_seconds: Math.max(1, tokens?.clockSkewSeconds ?? 0),
    ...(tokens?.maxLifetimeSeconds === undefined ? {} : { max_lifetime: `${tokens.maxLifetimeSeconds}s` }),
    ...(tokens?.cache === true ? { jwt_cache_config: { jwt_cache_size: cachedTokens } } : {}),
  };
}

/** How many tokens each of Envoy's threads remembers of an issuer: a cache that is smaller than the tokens in use gains nothing. */
const cachedTokens = 10_000;

/**
 * Undefined where keys are not there, or not in order: nobody gets in with the issuer's tokens, and who looks at the environment is told. Envoy refuses a set of none.
 */
function keysOf({ issuer, keys }: Issuer, values: Values): Message | undefined {
  const remote = remoteKeys(keys, values);
  if (remote !== undefined)
    return {
      remote_jwks: {
        http_uri: { uri: remote.url, cluster: keysCluster(remote.target), timeout: "5s" },
        cache_duration: "300s",
        async_fetch: { fast_listener: true },
      },
    };
  // No cluster has this name: a token of the issuer's is one that cannot be checked now.
  if (keys.kind === "discovered") return { remote_jwks: { http_uri: { uri: issuer, cluster: "@keys/undiscovered", timeout: "1s" } } };
  if (keys.kind === "remote") return undefined;
  const text = keys.kind === "inline" ? keys.json : (entryOf(values, keys.from)?.reveal() ?? "");
  const usable = usableKeys(readKeys(keys.kind === "value" ? keys.form : "jwks", text));
  return usable.length > 0 ? { local_jwks: { inline_string: JSON.stringify({ keys: usable }) } } : undefined;
}

/** The cluster that an issuer's keys are fetched from. */
export const keysCluster = ({ tls, host, port }: { readonly tls: boolean; readonly host: string; readonly port: number }): string =>
  `@keys/${tls ? "https" : "http"}://${host}:${port}`;

function locationFields(locations: readonly CredentialLocation[]): Message {
  const headers = locations.flatMap((one) =>
    one.in === "header"
      ? prefixes(one.prefix).map((prefix) => ({ name: one.name, ...(prefix === "" ? {} : { value_prefix: prefix }) }))
      : [],
  );
  const named = (place: "query" | "cookie"): readonly string[] => locations.flatMap((one) => (one.in === place ? [one.name] : []));
  return {
    ...(headers.length > 0 ? { from_headers: headers } : {}),
    ...(named("query").length > 0 ? { from_params: named("query") } : {}),
    ...(named("cookie").length > 0 ? { from_cookies: named("cookie") } : {}),
  };
}
