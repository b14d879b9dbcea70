import { isIP } from "node:net";
import type { Backend, BackendTarget } from "../../model/backend.ts";
import type { BackendValues } from "../../model/backend-values.ts";
import { shownCertificate } from "./backend-secrets.ts";
import { extension, type Message } from "./json.ts";

/** The one host that all targets have. */
export function soleHost(targets: readonly BackendTarget[]): string | undefined {
  const hosts = new Set(targets.map(({ host }) => host));
  return hosts.size === 1 ? [...hosts][0] : undefined;
}

/** TLS as a browser does it: an authority that is trusted, the backend's name in SNI (RFC 6066, section 3: no address) and in the certificate. */
export function backendTls(cluster: string, backend: Backend, { authorities }: BackendValues, trustedRoots: string): Message {
  const { targets, care, tls } = backend;
  const name = tls.serverName ?? soleHost(targets);
  const verifies = tls.trust !== "anybody";
  const trusted = { trusted_ca: authorities === undefined ? { filename: trustedRoots } : { inline_string: authorities } };
  const named =
    name === undefined
      ? {}
      : { match_typed_subject_alt_names: [{ san_type: isIP(name) === 0 ? "DNS" : "IP_ADDRESS", matcher: { exact: name } }] };
  return extension("envoy.transport_sockets.tls", "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
    ...(name === undefined ? { auto_host_sni: true, ...(verifies ? { auto_sni_san_validation: true } : {}) } : {}),
    ...(name !== undefined && isIP(name) === 0 ? { sni: name } : {}),
    common_tls_context: {
      ...(care.http === "2" ? { alpn_protocols: ["h2"] } : {}),
      ...shownCertificate(cluster, backend),
      ...(verifies ? { validation_context: { ...trusted, ...named } } : {}),
    },
  });
}
