import type { CertificateRules, CredentialLocation, SubjectName, Verifier } from "../../model/security.ts";
import { clientKeys, isSendable, type Values } from "../../model/values.ts";
import { credentialHeader, keyPrefix, keysFilter, prefixes, tierPrefix } from "./credential-names.ts";
import { discoveryFile, extension, type Message, overwriteWith, typed } from "./json.ts";
import { rbacType } from "./names.ts";

/**
 * The filters that look for opaque keys, one after the other (envoy: filter_chain). They refuse nobody: each leaves whose key it found for the
 * decision.
 */
export function keysFile(verifiers: readonly Verifier[], certificates: Certificates, values: Values): string {
  const filters = [
    ...verifiers.flatMap((verifier) => (verifier.keys === undefined ? [] : keyFilters(verifier, clientsOf(verifier, values)))),
    ...verifiers.flatMap(({ security, blockedClients }) => {
      const rules = certificates.get(security);
      return rules === undefined ? [] : [certificateFilter(security, rules, blockedClients)];
    }),
    withoutCopies(verifiers),
  ];
  const config = { default_filter_chain: { filters } };
  return discoveryFile("envoy.config.core.v3.TypedExtensionConfig", [
    extension(keysFilter, "envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig", config),
  ]);
}

/** What is known of keys, by the keys. */
interface KnownKeys {
  readonly clients: ReadonlyMap<string, string>;
  /** Of those whose clients have one. */
  readonly tiers: ReadonlyMap<string, string>;
}

/** Of a key without a tier it is said, too: where a request has two keys, the one that names the client is to name the tier. No entry can say it: a tier has no blanks. */
const noTier = "no tier";

/** The clients by their keys, and their tiers; those that are blocked, or whose key no request can show, have none. */
function clientsOf({ keys, blockedClients }: Verifier, values: Values): KnownKeys {
  const found = keys === undefined ? [] : [...clientKeys(values, keys)];
  const good = found.filter(([client, { key }]) => !blockedClients.includes(client) && isSendable(key.reveal()));
  return {
    clients: new Map(good.map(([client, { key }]) => [key.reveal(), client] as const)),
    tiers: good.some(([, { tier }]) => tier !== undefined)
      ? new Map(good.map(([, { key, tier = noTier }]) => [key.reveal(), tier] as const))
      : new Map(),
  };
}

/** What brings a Security's keys into headers where they stand elsewhere, and then finds them. */
function keyFilters({ security, locations }: Verifier, { clients, tiers }: KnownKeys): readonly Message[] {
  // Envoy takes no map of none, and what is put into one in their place would be somebody's key.
  if (clients.size === 0) return [];
  const placed = locations.map((location, index) => placedKey(location, `${credentialHeader}-${index}`, `${security}/${index}`));
  const lookUp = (name: string, left: string, found: ReadonlyMap<string, string>): Message =>
    extension(name, rbacType, {
      shadow_rules_stat_prefix: left,
      shadow_matcher: placed.reduceRight<Message | undefined>(
        (next, { header, prefix }) => keyMatcher(header, prefix, found, next),
        undefined,
      ),
    });
  return [
    ...placed.flatMap(({ before }) => before),
    lookUp(`${keysFilter}.${security}`, keyPrefix(security), clients),
    ...(tiers.size === 0 ? [] : [lookUp(`${keysFilter}.${security}.tier`, tierPrefix(security), tiers)]),
  ];
}

/**
 * What looks at the certificate that a client showed, whose chain its connection has verified: whether it has one of the names (envoy: rbac's
 * mtls_authenticated).
 */
function certificateFilter(security: string, { subjects }: CertificateRules, blockedClients: readonly string[]): Message {
  const rules =
    subjects.length === 0
      ? [holder({ any_validated_client_certificate: true })]
      : subjects.map((subject) => holder({ san_matcher: sanMatcher(subject) }));
  const blockedNames = blockedClients.flatMap((value) =>
    (["dns", "uri", "email", "address"] as const).map((type) => holder({ san_matcher: sanMatcher({ type, value, isPrefix: false }) })),
  );
  // A certificate without such names is known by its subject.
  const blockedSubjects = blockedClients.map((exact) => ({ authenticated: { principal_name: { exact } } }));
  const blocked = [...blockedNames, ...blockedSubjects].map((name) => ({ not_id: name }));
  const principal = { and_ids: { ids: [{ or_ids: { ids: rules } }, ...blocked] } };
  const policies = { certificate: { permissions: [{ any: true }], principals: [principal] } };
  return extension(`${keysFilter}.${security}`, rbacType, {
    shadow_rules_stat_prefix: keyPrefix(security),
    shadow_rules: { action: "ALLOW", policies },
  });
}

const holder = (config: Message): Message => ({
  custom: extension("envoy.rbac.principals.mtls_authenticated", "envoy.extensions.rbac.principals.mtls_authenticated.v3.Config", config),
});

const sanTypes = { dns: "DNS", uri: "URI", email: "EMAIL", address: "IP_ADDRESS" } as const;

const sanMatcher = ({ type, value, isPrefix }: SubjectName): Message => ({
  san_type: sanTypes[type],
  matcher: isPrefix ? { prefix: value } : { exact: value },
});

interface PlacedKey {
  readonly header: string;
  readonly prefix: string;
  readonly before: readonly Message[];
}

/** The header that a key stands in, and the filters that put it there. */
function placedKey(location: CredentialLocation, header: string, found: string): PlacedKey {
  switch (location.in) {
    case "header":
      return { header: location.name, prefix: location.prefix, before: [] };
    case "query":
      return { header, prefix: "", before: [put(header, `%QUERY_PARAM(${location.name})%`)] };
    case "cookie": {
      const rule = { cookie: location.name, on_header_present: { metadata_namespace: keysFilter, key: found } };
      const read = extension("envoy.filters.http.header_to_metadata", "envoy.extensions.filters.http.header_to_metadata.v3.Config", {
        request_rules: [rule],
      });
      return { header, prefix: "", before: [read, put(header, `%DYNAMIC_METADATA(${keysFilter}:${found})%`)] };
    }
  }
}

const mutation = (mutations: Message): Message =>
  extension("envoy.filters.http.header_mutation", "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation", { mutations });

/** A header with a value, or, where that is empty, none: what an earlier Security left there is gone. */
const put = (header: string, value: string): Message =>
  mutation({
    request_mutations: [{ remove: header }, { append: overwriteWith(header, value) }],
  });

/** By Security, those whose credential is a certificate. */
export type Certificates = ReadonlyMap<string, CertificateRules>;

/** A key is looked up as a whole, in one step however many there are; the action's name is the client (envoy: rbac's matcher). */
function keyMatcher(header: string, prefix: string, clients: ReadonlyMap<string, string>, next: Message | undefined): Message {
  const action = (client: string): Message => ({
    action: { name: "client", typed_config: typed("envoy.config.rbac.v3.Action", { name: client, action: "ALLOW" }) },
  });
  return {
    matcher_tree: {
      input: extension("header", "envoy.type.matcher.v3.HttpRequestHeaderMatchInput", { header_name: header }),
      exact_match_map: {
        map: Object.fromEntries(
          [...clients].flatMap(([key, client]) => prefixes(prefix).map((before) => [`${before}${key}`, action(client)] as const)),
        ),
      },
    },
    ...(next === undefined ? {} : { on_no_match: { matcher: next } }),
  };
}

/** Takes the copies of credentials out again. */
function withoutCopies(verifiers: readonly Verifier[]): Message {
  const most = Math.max(1, ...verifiers.map(({ locations }) => locations.length));
  const copies = Array.from({ length: most }, (_, index) => `${credentialHeader}-${index}`);
  return mutation({ request_mutations: copies.map((remove) => ({ remove })) });
}
