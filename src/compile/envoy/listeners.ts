import type { AddressLists } from "../../model/addresses.ts";
import { certificatesIn } from "../../model/certificates.ts";
import type { ErrorForm } from "../../model/error-form.ts";
import { ownAnswerHeader } from "../../model/gateway-error.ts";
import type { Verifier } from "../../model/security.ts";
import { entryOf, type Values } from "../../model/values.ts";
import type { Environment, TlsFiles } from "../engine.ts";
import { accessLogs } from "./access-log.ts";
import { answerHeaders, ofEnvoy, router } from "./answer-headers.ts";
import { bodyFilter } from "./body-limit.ts";
import { cacheListeners } from "./cache-listeners.ts";
import { addressFilters } from "./client-addresses.ts";
import { compressionFilters } from "./compression.ts";
import { corsFilter } from "./cors.ts";
import { agentFilter, authenticatedFilter, authorizedFilter, blockedFilter, keysFilter, tokensFilter } from "./credential-names.ts";
import { faultFilter } from "./fault.ts";
import { forged, saidByProxies } from "./forged-headers.ts";
import { globalLimitFilters } from "./global-limits.ts";
import { interceptorFilter } from "./interceptors.ts";
import { extension, type Message, typed, watchedFile } from "./json.ts";
import { addressListFilters } from "./limit-addresses.ts";
import { limitFilters } from "./limits.ts";
import { localReplies } from "./local-replies.ts";
import { refusalMetrics, requestMetrics, violationMetrics } from "./metrics.ts";
import { monitoringListener } from "./monitoring.ts";
import { agentCluster, connectionManager, rbacType, routeConfigurationName, saidAddress } from "./names.ts";
import { queryFilter } from "./query-changes.ts";
import { refusalFilter } from "./refusals.ts";
import { responseFilters } from "./response-validation.ts";
import { sandboxFilters } from "./sandbox.ts";
import { traceHeaders, tracing } from "./tracing.ts";
import { transportFilter } from "./transports.ts";
import { validationFilters } from "./validation.ts";

/** How long a stream may be silent in both directions, unless its route says otherwise. */
export const streamIdleSeconds = 300;

/** Longer than any question of the agent's own may take. */
const agentTimeout = "12s";

/** The filters of every gateway, the same for every document: no change of a document, and few of a policy, touch the listener. */
const httpFilters = (addresses: AddressLists | undefined): readonly Message[] => [
  answerHeaders(ownAnswerHeader),
  refusalFilter,
  // First of those that decide: a preflight has no credential, and a refusal has CORS headers.
  extension(corsFilter, "envoy.extensions.filters.http.cors.v3.Cors"),
  ...addressFilters(addresses),
  transportFilter,
  mountedFilter(tokensFilter, "tokens.json", "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"),
  mountedFilter(blockedFilter, "blocked.json", rbacType),
  mountedFilter(keysFilter, "keys.json", "envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig"),
  agent(),
  decision(authenticatedFilter),
  decision(authorizedFilter),
  // What is refused for other reasons takes nothing from limits.
  ...addressListFilters,
  ...limitFilters,
  // What this gateway refuses by itself asks nobody else.
  ...globalLimitFilters,
  ...validationFilters,
  ...sandboxFilters,
  faultFilter,
  ...compressionFilters,
  ...responseFilters,
  interceptorFilter,
  bodyFilter,
  queryFilter,
  router,
];

/** A filter that holds issuers or credentials: it comes from a watched file (ECDS), and routes switch it on. */
function mountedFilter(name: string, file: string, type: string): Message {
  const source = { config_source: watchedFile("mounted", file), type_urls: [`type.googleapis.com/${type}`] };
  return { name, disabled: true, config_discovery: source };
}

/**
 * Asks the policy agent, where routes say (envoy: ext_authz). It only tells what it found: where it is not there nothing was found, and the decision lets nobody in
 * who needs that.
 */
function agent(): Message {
  const service = {
    envoy_grpc: { cluster_name: agentCluster },
    timeout: agentTimeout,
    initial_metadata: saidAddress,
  };
  const config = { grpc_service: service, transport_api_version: "V3", failure_mode_allow: true };
  return { ...extension(agentFilter, "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz", config), disabled: true };
}

/** A filter that lets in by what routes say, and by itself nobody. */
function decision(name: string): Message {
  return { ...extension(name, rbacType, { rules: { action: "ALLOW", policies: {} } }), disabled: true };
}

/**
 * What a request must not say when it comes from outside. Its route is chosen after they are gone. Which trace it is part of is believed as far as the rest: a client of the open
 * internet would decide of which requests a collector is told.
 */
const withoutForgeries = ({ trustedHops, traces }: Environment, identities: readonly string[]): Message =>
  extension(
    "envoy.http.early_header_mutation.header_mutation",
    "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
    {
      mutations: [
        ofEnvoy,
        ...[
          ...forged,
          ...identities,
          ...(trustedHops === 0 ? saidByProxies : []),
          ...(trustedHops === 0 && traces !== undefined ? traceHeaders : []),
        ].map((name) => ({ remove: name })),
      ],
    },
  );

/** The gateway's own listener, the one that is looked at by those who run it, and, where answers are kept, those of the cache. */
export function listeners(environment: Environment, asked: Asked): readonly Message[] {
  const { form, keptWithout, patching } = asked;
  return [
    patching(gatewayListener(environment, asked)),
    monitoringListener(environment.monitoring),
    ...(keptWithout === undefined ? [] : cacheListeners(form, environment.trustedHops, keptWithout)),
  ];
}

/** What APIs ask of the listeners. */
interface Asked {
  readonly form: ErrorForm;
  readonly asksCertificates: boolean;
  /** Headers in which backends are told who calls: no client says that. */
  readonly identities: readonly string[];
  /** Headers with credentials: what has one passes the cache by. Undefined where no answers are kept. */
  readonly keptWithout: readonly string[] | undefined;
  /** What their owners make of the gateway's own listener. */
  readonly patching: (listener: Message) => Message;
}

/** As Envoy's guide for the edge says ("Configuring Envoy as an edge proxy"), and safe with paths: an escaped slash or backslash is refused. */
function gatewayListener(environment: Environment, asked: Asked): Message {
  const { listener } = environment;
  return {
    name: "gateway",
    address: { socket_address: { address: listener.host, port_value: listener.port } },
    enable_reuse_port: false,
    // Threads that share a port get any number of its connections: of 88 one of four had all.
    connection_balance_config: { exact_balance: {} },
    per_connection_buffer_limit_bytes: 32768,
    ...(listener.tls
      ? {
          listener_filters: [
            extension("envoy.filters.listener.tls_inspector", "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"),
          ],
        }
      : {}),
    filter_chains: [
      {
        filters: [{ name: "http", typed_config: typed(connectionManager, http(environment, asked)) }],
        ...(listener.tls ? { transport_socket: tls(asked.asksCertificates) } : {}),
      },
    ],
  };
}

const http = (environment: Environment, { form, identities }: Asked): Message => ({
  stat_prefix: "gateway",
  rds: { route_config_name: routeConfigurationName, config_source: watchedFile("image", "routes.json") },
  http_filters: httpFilters(environment.addresses),
  early_header_mutation_extensions: [withoutForgeries(environment, identities)],
  ...(environment.traces === undefined ? {} : { tracing: tracing(environment.traces) }),
  access_log: [...accessLogs(), requestMetrics(), refusalMetrics(), violationMetrics()],
  local_reply_config: localReplies(form),
  use_remote_address: true,
  xff_num_trusted_hops: environment.trustedHops,
  normalize_path: true,
  merge_slashes: true,
  path_with_escaped_slashes_action: "REJECT_REQUEST",
  server_header_transformation: "PASS_THROUGH",
  strip_trailing_host_dot: true,
  common_http_protocol_options: { idle_timeout: "300s", headers_with_underscores_action: "REJECT_REQUEST", max_headers_count: 100 },
  http_protocol_options: { accept_http_10: false },
  http2_protocol_options: {
    max_concurrent_streams: 100,
    initial_stream_window_size: 65536,
    initial_connection_window_size: 1048576,
    // A malformed message is an error of its stream (RFC 9113, section 8.1.1), not of the others on the connection.
    override_stream_error_on_invalid_http_message: true,
  },
  max_request_headers_kb: 60,
  request_headers_timeout: "10s",
  request_timeout: "300s",
  stream_idle_timeout: `${streamIdleSeconds}s`,
  delayed_close_timeout: "1s",
  drain_timeout: "5s",
});

/**
 * The certificate comes from a watched file (SDS): a renewed one takes effect without a restart. Where clients' certificates count no session is resumed: of one that is, Envoy
 * does not say that it was checked (seen in 1.40), and nobody would be let in by it.
 */
function tls(asksCertificates: boolean): Message {
  return extension("envoy.transport_sockets.tls", "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
    ...(asksCertificates ? { disable_stateless_session_resumption: true, disable_stateful_session_resumption: true } : {}),
    common_tls_context: {
      alpn_protocols: ["h2", "http/1.1"],
      tls_params: { tls_minimum_protocol_version: "TLSv1_2" },
      tls_certificate_sds_secret_configs: [{ name: "gateway", sds_config: watchedFile("mounted", "certificate.json") }],
      validation_context_sds_secret_config: {
        name: "trust",
        sds_config: watchedFile("mounted", "trust.json"),
      },
    },
  });
}

/**
 * Whose certificates clients may show: with no authority none is asked for. Whether one must be shown is decided by operation, and one that no authority issued ends
 * the connection (RFC 8446, section 6.2).
 */
export function trustSecret(verifiers: readonly Verifier[], values: Values): Message {
  const texts = verifiers.flatMap(({ trust }) => (trust === undefined ? [] : [entryOf(values, trust)?.reveal() ?? ""]));
  const pem = [...new Set(texts.flatMap(certificatesIn))].join("\n");
  return { name: "trust", validation_context: pem === "" ? {} : { trusted_ca: { inline_string: pem } } };
}

/**
 * The secret of the listener (envoy: transport_sockets.tls.v3.Secret): files, and where to look for new ones. A pair in one folder is read
 * together when anything is renamed into it, a Kubernetes volume's `..data` too; in two folders each file is watched by its own name.
 */
export function tlsSecret({ certificate, key }: TlsFiles): Message {
  const folder = (file: string): string => file.slice(0, file.lastIndexOf("/")) || ".";
  return {
    name: "gateway",
    tls_certificate: {
      certificate_chain: { filename: certificate },
      private_key: { filename: key },
      ...(folder(certificate) === folder(key) ? { watched_directory: { path: folder(certificate) } } : {}),
    },
  };
}
