import { createHash } from "node:crypto";
import type { ApiModel } from "../../model/api.ts";
import type { Backend } from "../../model/backend.ts";
import { type BackendValues, backendValues } from "../../model/backend-values.ts";
import type { Values } from "../../model/values.ts";
import { discoveryFile, extension, type Message, watchedFile } from "./json.ts";
import { clusterName } from "./names.ts";

/** Of a backend's secrets each has a file of its own: Envoy wants one in a file (envoy: SDS). */
const fileOf = (cluster: string, what: "credential" | "certificate"): string =>
  `backend-${createHash("sha256").update(cluster).digest("hex").slice(0, 16)}.${what}.json`;

/** Which files hold backends' secrets: those that a gateway has no longer are taken away. */
export const isBackendSecret = (path: string): boolean => path.startsWith("mounted/backend-");

/** The files with what the gateway shows to its backends: a renewed one takes effect without a restart. */
export function backendSecretFiles(apis: readonly ApiModel[], values: Values): readonly (readonly [path: string, text: string])[] {
  return apis.flatMap((api) =>
    api.backends.flatMap((backend) => {
      const read = backendValues(backend, values);
      return read.kind === "read" ? filesOf(clusterName(api.name, backend.name), read.value) : [];
    }),
  );
}

const secretType = "envoy.extensions.transport_sockets.tls.v3.Secret";

function filesOf(cluster: string, { certificate, credential }: BackendValues): readonly (readonly [string, string])[] {
  const file = (what: "credential" | "certificate", secret: Message): readonly [string, string] => [
    `mounted/${fileOf(cluster, what)}`,
    discoveryFile(secretType, [{ name: what, ...secret }]),
  ];
  return [
    ...(certificate === undefined
      ? []
      : [
          file("certificate", {
            tls_certificate: { certificate_chain: { inline_string: certificate.chain }, private_key: { inline_string: certificate.key } },
          }),
        ]),
    ...(credential === undefined ? [] : [file("credential", { generic_secret: { secret: { inline_string: credential } } })]),
  ];
}

const fromFile = (cluster: string, what: "credential" | "certificate"): Message => ({
  name: what,
  sds_config: watchedFile("mounted", fileOf(cluster, what)),
});

/** What shows the credential: in the cluster, behind all that routes do to headers, in place of what a client wrote there. */
export const credentialFilters = (cluster: string, { credential }: Backend): readonly Message[] =>
  credential === undefined
    ? []
    : [
        extension("portico.backend-credential", "envoy.extensions.filters.http.credential_injector.v3.CredentialInjector", {
          overwrite: true,
          credential: extension(
            "envoy.http.injected_credentials.generic",
            "envoy.extensions.http.injected_credentials.generic.v3.Generic",
            {
              credential: fromFile(cluster, "credential"),
              header: credential.header,
            },
          ),
        }),
        extension("envoy.filters.http.upstream_codec", "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec"),
      ];

export const shownCertificate = (cluster: string, { tls }: Backend): Message =>
  tls.clientCertificate === undefined ? {} : { tls_certificate_sds_secret_configs: [fromFile(cluster, "certificate")] };
